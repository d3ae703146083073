// Translates SELECT, VALUES, UNION ALL, WITH and FROM of libpg_query's tree. What views do not
// support is refused and left out, and the translation goes on.
#include "views/sql/translate.h"

namespace deltamill {

namespace {

// The first position in a query: where its errors are shown when nothing better is known.
std::int32_t location_of(const PgQuery__SelectStmt& select) {
  // A set operation has no text of its own: it begins where its leftmost arm does.
  const PgQuery__SelectStmt* first = &select;
  while (first->larg != nullptr) first = first->larg;
  if (first->with_clause != nullptr) return first->with_clause->location;
  if (first->n_target_list > 0) return first->target_list[0]->res_target->location;
  return -1;
}

std::int32_t location_of(const PgQuery__Node* node) {
  if (node == nullptr) return -1;
  switch (node->node_case) {
    case PG_QUERY__NODE__NODE_A_CONST: return node->a_const->location;
    case PG_QUERY__NODE__NODE_COLUMN_REF: return node->column_ref->location;
    case PG_QUERY__NODE__NODE_A_EXPR: return node->a_expr->location;
    case PG_QUERY__NODE__NODE_FUNC_CALL: return node->func_call->location;
    case PG_QUERY__NODE__NODE_TYPE_CAST: return location_of(node->type_cast->arg);
    case PG_QUERY__NODE__NODE_PARAM_REF: return node->param_ref->location;
    default: return -1;
  }
}

void set_alias(FromSyntax& item, const PgQuery__Alias* alias) {
  if (alias == nullptr) return;
  item.alias = alias->aliasname;
  item.column_aliases = strings_of(alias->colnames, alias->n_colnames);
}

}  // namespace

SelectSyntaxPtr Translator::query(const PgQuery__Node* node) {
  if (node != nullptr && node->node_case == PG_QUERY__NODE__NODE_SELECT_STMT)
    return select(*node->select_stmt);
  refuse(Construct::modifying_query, last_position_);
  return std::make_shared<SelectSyntax>();
}

SelectSyntaxPtr Translator::select(const PgQuery__SelectStmt& select) {
  auto result = std::make_shared<SelectSyntax>();
  result->position = position_of(location_of(select));
  const Nesting nesting(*this, result->position);
  if (select.with_clause != nullptr) translate_common_tables(*select.with_clause, *result);
  refuse_clauses(select, result->position);
  for (std::size_t i = 0; i < select.n_sort_clause; ++i)
    result->order_by.push_back(expression(select.sort_clause[i]->sort_by->node));
  // Above it, WITH and ORDER BY belong to the whole set operation.
  if (select.op > PG_QUERY__SET_OPERATION__SETOP_NONE) {
    translate_set_operation(select, *result);
    return result;
  }
  if (select.n_values_lists > 0) {
    result->kind = SelectSyntax::Kind::values;
    for (std::size_t i = 0; i < select.n_values_lists; ++i) {
      const PgQuery__List& row = *select.values_lists[i]->list;
      result->rows.push_back(expressions(row.items, row.n_items));
    }
    return result;
  }
  translate_clauses(select, *result);
  return result;
}

void Translator::refuse_clauses(const PgQuery__SelectStmt& select, Position position) {
  const auto at = [&](const PgQuery__Node* node) {
    const std::int32_t location = location_of(node);
    return location >= 0 ? static_cast<Position>(location) : position;
  };
  if (select.limit_count != nullptr) refuse(Construct::limit, at(select.limit_count));
  if (select.limit_offset != nullptr) refuse(Construct::offset, at(select.limit_offset));
  if (select.n_locking_clause > 0) refuse(Construct::locking_clause, position);
  if (select.n_window_clause > 0) {
    const PgQuery__Node& window = *select.window_clause[0];
    refuse(Construct::window_clause, position_of(window.window_def->location));
  }
  if (select.into_clause != nullptr)
    refuse(Construct::select_into, position_of(select.into_clause->rel->location));
}

void Translator::translate_set_operation(const PgQuery__SelectStmt& select, SelectSyntax& result) {
  result.kind = SelectSyntax::Kind::union_all;
  result.left = this->select(*select.larg);
  // Both arms are translated also where the operation is refused, for the errors in them.
  result.right = this->select(*select.rarg);
  const Position position = result.right->position;
  if (select.op == PG_QUERY__SET_OPERATION__SETOP_INTERSECT)
    refuse(Construct::intersect, position);
  else if (select.op == PG_QUERY__SET_OPERATION__SETOP_EXCEPT)
    refuse(Construct::except, position);
  else if (select.all == 0)
    refuse(Construct::union_distinct, position);
}

void Translator::translate_clauses(const PgQuery__SelectStmt& select, SelectSyntax& result) {
  // A plain DISTINCT is a list of one empty node.
  const bool distinct_on = select.n_distinct_clause > 0 &&
                           select.distinct_clause[0]->node_case != PG_QUERY__NODE__NODE__NOT_SET;
  if (distinct_on)
    refuse(Construct::distinct_on, position_of(location_of(select.distinct_clause[0])));
  result.distinct = select.n_distinct_clause > 0;
  if (select.n_target_list == 0) refuse(Construct::empty_select, result.position);
  for (std::size_t i = 0; i < select.n_target_list; ++i)
    result.targets.push_back(target(*select.target_list[i]));
  for (std::size_t i = 0; i < select.n_from_clause; ++i)
    result.from.push_back(from_item(*select.from_clause[i]));
  if (select.where_clause != nullptr) result.where = expression(select.where_clause);
  for (std::size_t i = 0; i < select.n_group_clause; ++i) {
    const PgQuery__Node& item = *select.group_clause[i];
    if (item.node_case == PG_QUERY__NODE__NODE_GROUPING_SET)
      refuse(Construct::grouping_sets, position_of(item.grouping_set->location));
    else
      result.group_by.push_back(expression(&item));
  }
  if (select.group_distinct != 0) refuse(Construct::grouping_sets, result.position);
  if (select.having_clause != nullptr) result.having = expression(select.having_clause);
}

void Translator::translate_common_tables(const PgQuery__WithClause& with, SelectSyntax& result) {
  if (with.recursive != 0) refuse(Construct::recursive_query, position_of(with.location));
  for (std::size_t i = 0; i < with.n_ctes; ++i) {
    const PgQuery__CommonTableExpr& table = *with.ctes[i]->common_table_expr;
    CommonTableSyntax common_table;
    common_table.position = position_of(table.location);
    common_table.name = table.ctename;
    common_table.column_aliases = strings_of(table.aliascolnames, table.n_aliascolnames);
    common_table.query = query(table.ctequery);
    result.common_tables.push_back(std::move(common_table));
  }
}

TargetSyntax Translator::target(const PgQuery__Node& node) {
  const PgQuery__ResTarget& target = *node.res_target;
  TargetSyntax result;
  result.position = position_of(target.location);
  result.alias = target.name;
  result.expression = expression(target.val);
  return result;
}

FromSyntaxPtr Translator::refused_from_item(Construct construct, Position position) {
  refuse(construct, position);
  return std::make_shared<FromSyntax>();
}

FromSyntaxPtr Translator::from_item(const PgQuery__Node& node) {
  const Nesting nesting(*this, last_position_);
  switch (node.node_case) {
    case PG_QUERY__NODE__NODE_RANGE_VAR: return relation(*node.range_var);
    case PG_QUERY__NODE__NODE_RANGE_SUBSELECT: return subquery(*node.range_subselect);
    case PG_QUERY__NODE__NODE_JOIN_EXPR: return join(*node.join_expr);
    case PG_QUERY__NODE__NODE_RANGE_TABLE_SAMPLE:
      return refused_from_item(Construct::table_sample,
                               position_of(node.range_table_sample->location));
    case PG_QUERY__NODE__NODE_RANGE_TABLE_FUNC:
      return refused_from_item(Construct::xml_table, position_of(node.range_table_func->location));
    default: break;
  }
  // A function in FROM has no location of its own, but its call has.
  Position position = last_position_;
  if (node.node_case == PG_QUERY__NODE__NODE_RANGE_FUNCTION &&
      node.range_function->n_functions > 0) {
    const PgQuery__Node& pair = *node.range_function->functions[0];
    if (pair.node_case == PG_QUERY__NODE__NODE_LIST && pair.list->n_items > 0)
      position = position_of(location_of(pair.list->items[0]));
  }
  return refused_from_item(Construct::table_function, position);
}

FromSyntaxPtr Translator::relation(const PgQuery__RangeVar& relation) {
  auto result = std::make_shared<FromSyntax>();
  result->position = position_of(relation.location);
  result->only = relation.inh == 0;
  if (*relation.catalogname != '\0')
    rejections_.push_back({"unknown_table", "a name with a database is not supported",
                           "write schema.table", result->position});
  result->schema = relation.schemaname;
  result->name = relation.relname;
  set_alias(*result, relation.alias);
  return result;
}

FromSyntaxPtr Translator::subquery(const PgQuery__RangeSubselect& subselect) {
  auto result = std::make_shared<FromSyntax>();
  result->kind = FromSyntax::Kind::subquery;
  result->query = query(subselect.subquery);
  result->position = result->query->position;
  if (subselect.lateral != 0) refuse(Construct::lateral, result->position);
  set_alias(*result, subselect.alias);
  return result;
}

FromSyntaxPtr Translator::join(const PgQuery__JoinExpr& join) {
  auto result = std::make_shared<FromSyntax>();
  result->kind = FromSyntax::Kind::join;
  result->left = from_item(*join.larg);
  result->right = from_item(*join.rarg);
  result->position = result->right->position;
  switch (join.jointype) {
    case PG_QUERY__JOIN_TYPE__JOIN_LEFT: result->join = JoinSyntax::left; break;
    case PG_QUERY__JOIN_TYPE__JOIN_RIGHT: result->join = JoinSyntax::right; break;
    case PG_QUERY__JOIN_TYPE__JOIN_FULL: result->join = JoinSyntax::full; break;
    default: result->join = JoinSyntax::inner; break;
  }
  result->natural = join.is_natural != 0;
  result->has_using = join.n_using_clause > 0;
  result->using_columns = strings_of(join.using_clause, join.n_using_clause);
  if (join.join_using_alias != nullptr) result->using_alias = join.join_using_alias->aliasname;
  if (join.quals != nullptr) result->condition = expression(join.quals);
  set_alias(*result, join.alias);
  return result;
}

}  // namespace deltamill
