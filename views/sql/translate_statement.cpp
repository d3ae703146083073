// Translates the statements of a view's file: one query, or CREATE [MATERIALIZED] VIEW with its
// indexes and comments. How many and which may stand in one file: view_statements.cpp.
#include <algorithm>

#include "views/data/ascii.h"
#include "views/sql/translate.h"

namespace deltamill {

namespace {

std::string option_value(const PgQuery__Node* argument) {
  if (argument == nullptr) return "true";
  switch (argument->node_case) {
    case PG_QUERY__NODE__NODE_STRING: return argument->string->sval;
    case PG_QUERY__NODE__NODE_INTEGER: return std::to_string(argument->integer->ival);
    case PG_QUERY__NODE__NODE_FLOAT: return argument->float_->fval;
    case PG_QUERY__NODE__NODE_TYPE_NAME: {
      const PgQuery__TypeName& word = *argument->type_name;
      const std::vector<std::string> names = strings_of(word.names, word.n_names);
      return names.empty() ? "" : names.back();
    }
    default: return "";
  }
}

}  // namespace

std::vector<std::string> strings_of(PgQuery__Node* const* nodes, std::size_t count) {
  std::vector<std::string> strings;
  for (std::size_t i = 0; i < count; ++i)
    if (nodes[i]->node_case == PG_QUERY__NODE__NODE_STRING)
      strings.emplace_back(nodes[i]->string->sval);
  return strings;
}

void Translator::refuse(Construct construct, Position position) {
  rejections_.push_back(refusal_of(construct, position));
}

// Nodes without a location get that of the last one that had one, which the text order of the
// translation keeps near.
Position Translator::position_of(std::int32_t location) {
  if (location >= 0) last_position_ = static_cast<Position>(location);
  return last_position_;
}

std::vector<StatementSyntax> Translator::statements(const PgQuery__ParseResult& tree) {
  std::vector<StatementSyntax> statements;
  for (std::size_t i = 0; i < tree.n_stmts; ++i) statements.push_back(statement(*tree.stmts[i]));
  return statements;
}

StatementSyntax Translator::statement(const PgQuery__RawStmt& raw) {
  const auto begin = static_cast<Position>(std::max(raw.stmt_location, 0));
  const auto end = raw.stmt_len > 0 ? begin + static_cast<Position>(raw.stmt_len)
                                    : static_cast<Position>(text_.size());
  // PostgreSQL counts the blanks and comments before a statement as part of it; errors point to its
  // first word.
  const auto first = std::ranges::find_if(
      tokens_, [begin](const Token& token) { return !token.comment && token.begin >= begin; });
  const Position position = first == tokens_.end() ? begin : first->begin;
  last_position_ = position;
  StatementSyntax result;
  switch (raw.stmt->node_case) {
    case PG_QUERY__NODE__NODE_SELECT_STMT:
      result.query = query(raw.stmt);
      result.select_text = plain_text(begin, end);
      break;
    case PG_QUERY__NODE__NODE_VIEW_STMT:
      result = create_view(*raw.stmt->view_stmt);
      result.select_text = text_after_as(begin, end);
      break;
    case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT:
      result = create_materialized_view(*raw.stmt->create_table_as_stmt);
      result.select_text = text_after_as(begin, end);
      break;
    case PG_QUERY__NODE__NODE_INDEX_STMT: result = create_index(*raw.stmt->index_stmt); break;
    case PG_QUERY__NODE__NODE_COMMENT_STMT: result = comment(*raw.stmt->comment_stmt); break;
    default: refuse(Construct::statement, position); break;
  }
  result.position = position;
  return result;
}

std::string Translator::plain_text(Position begin, Position end) const {
  return std::string(without_blanks(std::string_view(text_).substr(begin, end - begin)));
}

// The query of CREATE VIEW ... AS query [WITH DATA]: behind the first AS outside parentheses, found
// by tokens, since the tree does not say where the query begins. The text is sent to PostgreSQL as
// it is (verify), so WITH DATA must not be part of it.
std::string Translator::text_after_as(Position begin, Position end) const {
  const auto word = [this](const Token& token) {
    return std::string_view(text_).substr(token.begin, token.end - token.begin);
  };
  int depth = 0;
  Position query_begin = begin;
  const Token* before_last = nullptr;
  const Token* last = nullptr;
  for (const Token& token : tokens_) {
    if (token.comment || token.begin < begin || token.end > end) continue;
    if (word(token) == "(") ++depth;
    if (word(token) == ")") --depth;
    const bool is_as = token.keyword && depth == 0 && equals_ignoring_case(word(token), "as");
    if (is_as && query_begin == begin) query_begin = token.end;
    before_last = last;
    last = &token;
  }
  const bool with_data = before_last != nullptr && equals_ignoring_case(word(*last), "data") &&
                         before_last->keyword && equals_ignoring_case(word(*before_last), "with");
  return plain_text(query_begin, with_data ? before_last->begin : end);
}

StatementSyntax Translator::create_view(const PgQuery__ViewStmt& view) {
  StatementSyntax result;
  result.kind = StatementSyntax::Kind::create_view;
  const Position position = position_of(view.view->location);
  result.relation = view.view->relname;
  if (std::string_view(view.view->relpersistence) == "t")
    refuse(Construct::temporary_view, position);
  if (view.n_aliases > 0) refuse(Construct::view_columns, position);
  if (view.with_check_option > PG_QUERY__VIEW_CHECK_OPTION__NO_CHECK_OPTION)
    refuse(Construct::view_check_option, position);
  result.options = options(view.options, view.n_options);
  result.query = query(view.query);
  return result;
}

StatementSyntax Translator::create_materialized_view(const PgQuery__CreateTableAsStmt& view) {
  StatementSyntax result;
  result.kind = StatementSyntax::Kind::create_view;
  const PgQuery__IntoClause& into = *view.into;
  const Position position = position_of(into.rel->location);
  result.relation = into.rel->relname;
  if (view.objtype != PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW) refuse(Construct::statement, position);
  if (into.n_col_names > 0) refuse(Construct::view_columns, position);
  if (into.skip_data != 0) refuse(Construct::with_no_data, position);
  const std::string storage = std::string(into.access_method) + into.table_space_name;
  if (!storage.empty()) refuse(Construct::view_storage, position);
  result.options = options(into.options, into.n_options);
  result.query = query(view.query);
  return result;
}

std::vector<OptionSyntax> Translator::options(PgQuery__Node* const* nodes, std::size_t count) {
  std::vector<OptionSyntax> options;
  for (std::size_t i = 0; i < count; ++i) {
    const PgQuery__DefElem& element = *nodes[i]->def_elem;
    const std::string space = element.defnamespace;
    const Position position = position_of(element.location);
    const std::string name = space.empty() ? element.defname : space + "." + element.defname;
    if (space != "deltamill") {
      rejections_.push_back({"unknown_key", "unknown option \"" + name + "\"",
                             "options of a view begin with deltamill., as in "
                             "WITH (deltamill.sinks = 'local')",
                             position});
      continue;
    }
    options.push_back({name, option_value(element.arg), position});
  }
  return options;
}

StatementSyntax Translator::create_index(const PgQuery__IndexStmt& index) {
  StatementSyntax result;
  result.kind = StatementSyntax::Kind::create_index;
  const Position position = position_of(index.relation->location);
  result.relation = index.relation->relname;
  result.unique = index.unique != 0;
  const std::string_view method = index.access_method;
  const bool plain = (method.empty() || method == "btree") && index.n_options == 0 &&
                     index.n_index_including_params == 0 && *index.table_space == '\0';
  if (!plain) refuse(Construct::index_options, position);
  if (index.where_clause != nullptr) refuse(Construct::partial_index, position);
  for (std::size_t i = 0; i < index.n_index_params; ++i) {
    const PgQuery__IndexElem& element = *index.index_params[i]->index_elem;
    if (element.expr != nullptr) refuse(Construct::index_expression, position);
    if (element.n_collation > 0 || element.n_opclass > 0)
      refuse(Construct::index_options, position);
    if (element.nulls_ordering > PG_QUERY__SORT_BY_NULLS__SORTBY_NULLS_DEFAULT)
      refuse(Construct::index_nulls, position);
    result.columns.push_back(
        {element.name, element.ordering == PG_QUERY__SORT_BY_DIR__SORTBY_DESC});
  }
  return result;
}

StatementSyntax Translator::comment(const PgQuery__CommentStmt& comment) {
  StatementSyntax result;
  const bool on_view = comment.objtype == PG_QUERY__OBJECT_TYPE__OBJECT_VIEW ||
                       comment.objtype == PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW;
  const bool on_column = comment.objtype == PG_QUERY__OBJECT_TYPE__OBJECT_COLUMN;
  if ((!on_view && !on_column) || comment.object->node_case != PG_QUERY__NODE__NODE_LIST) {
    refuse(Construct::statement, last_position_);
    return result;
  }
  const PgQuery__List& object = *comment.object->list;
  std::vector<std::string> names = strings_of(object.items, object.n_items);
  result.kind =
      on_view ? StatementSyntax::Kind::comment_on_view : StatementSyntax::Kind::comment_on_column;
  result.comment = comment.comment;
  if (on_column && !names.empty()) {
    result.column = names.back();
    names.pop_back();
  }
  if (!names.empty()) result.relation = names.back();
  return result;
}

}  // namespace deltamill
