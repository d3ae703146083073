// Binds FROM (PostgreSQL's transformFromClause): tables, views, common tables, subqueries and their
// joins become a plan of their joined rows and the names of its columns.
#include <algorithm>
#include <set>

#include "views/plan/build.h"
#include "views/sql/bind_query.h"
#include "views/sql/suggestion.h"

namespace deltamill {

namespace {

Collation column_collation(const TableColumn& column) {
  if (!is_string(column.type.kind)) return {};
  return {Collation::Origin::column, column.deterministic_collation, column.ordered_by_bytes};
}

// `AS t (a, b)`: fewer names than columns rename the first ones, more are an error, as in
// PostgreSQL.
void rename_columns(std::vector<ScopeColumn>& columns, const FromSyntax& item,
                    const std::string& name) {
  if (item.column_aliases.size() > columns.size())
    reject("type_error", item.position,
           "table \"" + name + "\" has " + std::to_string(columns.size()) +
               " columns available but " + std::to_string(item.column_aliases.size()) +
               " columns specified");
  for (std::size_t i = 0; i < item.column_aliases.size(); ++i)
    columns[i].name = item.column_aliases[i];
}

// The names of a closed query as an item of FROM. Its columns are columns like a table's: whatever
// gave them their collation, an explicit COLLATE included, counts no more than a column's own.
Scope scope_of(const BoundQuery& query, const FromSyntax& item, const Catalog& catalog) {
  Scope scope;
  for (std::uint32_t i = 0; i < query.plan->columns.size(); ++i) {
    const Column& column = query.plan->columns[i];
    Collation collation = query.collations[i];
    collation.ordered_by_bytes = orders_by_bytes(collation, catalog);
    if (collation.origin != Collation::Origin::none) collation.origin = Collation::Origin::column;
    scope.columns.push_back({column.name, make_column(column.type, 0, i), collation, false});
  }
  const std::string& alias = item.alias.empty() ? item.name : item.alias;
  rename_columns(scope.columns, item, alias);
  if (!alias.empty()) scope.tables.push_back({alias, "", scope.columns});
  return scope;
}

// A condition over the joined row, as Join wants it: the right columns by themselves.
ExpressionPtr split_inputs(const ExpressionPtr& condition, std::uint32_t left_width) {
  return substitute_columns(condition, [&](const Expression& column, const ExpressionPtr& same) {
    if (column.ordinal < left_width) return same;
    return make_column(column.type, 1, column.ordinal - left_width);
  });
}

JoinKind kind_of(JoinSyntax join) {
  switch (join) {
    case JoinSyntax::left: return JoinKind::left;
    case JoinSyntax::right: return JoinKind::right;
    case JoinSyntax::full: return JoinKind::full;
    default: return JoinKind::inner;
  }
}

std::vector<std::string> merged_names(const FromSyntax& join, const Scope& left,
                                      const Scope& right) {
  // NATURAL is USING over all common names, in the order of the left side; without a common name it
  // is a cross join.
  if (!join.natural) return join.using_columns;
  std::vector<std::string> names;
  for (const ScopeColumn& column : left.columns)
    if (has_column(right, column.name) && std::ranges::find(names, column.name) == names.end())
      names.push_back(column.name);
  return names;
}

// USING and NATURAL name columns that both sides have.
void require_on_both_sides(const std::string& name, const Scope& left, const Scope& right,
                           Position position) {
  for (const Scope* side : {&left, &right}) {
    if (has_column(*side, name)) continue;
    const std::string which = side == &left ? "left" : "right";
    reject("unknown_column", position,
           "column \"" + name + "\" of USING does not exist on the " + which + " side",
           "write ON with the names of both sides");
  }
}

// What the merged column of USING shows (buildMergedJoinVar): the side that is always there, for
// FULL whichever is, and of an inner join the one that needs no cast, since both are equal.
ScopeColumn merge(const std::string& name, JoinKind kind, const BoundExpression& left,
                  const BoundExpression& right) {
  const std::vector<BoundExpression> pair{left, right};
  const CommonExpressions common = coerce_to_common_type(pair, "JOIN/USING");
  const BoundExpression first =
      coerce(common.expressions[0], common.type, CoercionContext::explicit_cast);
  const BoundExpression second =
      coerce(common.expressions[1], common.type, CoercionContext::explicit_cast);
  const bool second_is_plain = first.expression->kind != Expression::Kind::column &&
                               second.expression->kind == Expression::Kind::column;
  switch (kind) {
    case JoinKind::inner: {
      const BoundExpression& shown = second_is_plain ? second : first;
      return {name, shown.expression, shown.collation, false};
    }
    case JoinKind::left: return {name, first.expression, first.collation, false};
    case JoinKind::right: return {name, second.expression, second.collation, false};
    case JoinKind::full: break;
  }
  return {name,
          make_expression(Expression::Kind::coalesce, common.type,
                          {first.expression, second.expression}),
          combine(first.collation, second.collation), false};
}

}  // namespace

QueryBinder::FromItem QueryBinder::bind_from(const std::vector<FromSyntaxPtr>& items) {
  // SELECT without FROM has one row without columns; a comma is a cross join, whose condition WHERE
  // holds.
  FromItem result{make_one_row(), {}};
  if (!items.empty()) result = bind_from_item(*items.front());
  // Left-deep, as written. The order of joins is chosen later, per changed table (join_path.h).
  for (std::size_t i = 1; i < items.size(); ++i) {
    FromItem next = bind_from_item(*items[i]);
    next.scope.shift(static_cast<std::uint32_t>(result.plan->columns.size()));
    result.scope.append(std::move(next.scope), items[i]->position);
    result.plan = make_join(JoinKind::inner, result.plan, next.plan, nullptr);
  }
  // Behind the names of FROM, the other clauses see those of the enclosing query.
  result.scope.enclosing = enclosing_;
  return result;
}

QueryBinder::FromItem QueryBinder::bind_from_item(const FromSyntax& item) {
  switch (item.kind) {
    case FromSyntax::Kind::relation: return bind_relation(item);
    case FromSyntax::Kind::join: return bind_join(item);
    case FromSyntax::Kind::subquery: break;
  }
  if (item.alias.empty())
    reject("syntax", item.position, "subquery in FROM must have an alias",
           "write (SELECT ...) AS name");
  // Closed: the types of a subquery's literals are settled by itself, not by what reads it. SELECT
  // 'a' in FROM is text, whatever it is compared with.
  const BoundQuery query = close(bind_open(*item.query));
  return {query.plan, scope_of(query, item, context_.catalog)};
}

const QueryBinder::CommonTable* QueryBinder::find_common_table(const FromSyntax& item) const {
  if (!item.schema.empty()) return nullptr;
  const auto found =
      // The innermost query of WITH of that name, which hides those of the queries around it.
      std::find_if(common_tables_.rbegin(), common_tables_.rend(),
                   [&](const CommonTable& table) { return table.name == item.name; });
  return found == common_tables_.rend() ? nullptr : &*found;
}

void QueryBinder::reject_relation(const FromSyntax& item) const {
  std::vector<std::string> names;
  for (const std::shared_ptr<const Table>& table : context_.catalog.tables())
    if (item.schema.empty() || table->schema == item.schema) names.push_back(table->name);
  if (item.schema.empty())
    for (const auto& [name, view] : context_.views) names.push_back(name);
  std::string hint = did_you_mean(item.name, names);
  const std::string written = item.schema.empty() ? item.name : item.schema + "." + item.name;
  if (hint.empty() && item.schema.empty())
    hint = "it is no view of the project; a table outside source.search_path needs its schema";
  reject("unknown_table", item.position, "table or view \"" + written + "\" does not exist", hint);
}

// SQL over a table reads the rows of those that inherit from it too, unless it says ONLY; they are
// in the change log under their own table, and a plan reads one table at a time.
void QueryBinder::refuse_children(const Table& table, const FromSyntax& item) {
  if (item.only) return;
  // Remembered also while there is no child: the view must go stale when one appears.
  read_without_only_.insert(table.oid);
  const std::optional<std::string> child = context_.catalog.find_child(table.oid);
  if (!child) return;
  const std::string written = item.schema.empty() ? item.name : item.schema + "." + item.name;
  rejections_.add(
      {"unsupported_sql",
       "table " + table.schema + "." + table.name + " is inherited by " + *child +
           ", whose rows are not read in this version",
       "write ONLY " + written + " for its own rows, and add those of each child by UNION ALL",
       item.position});
}

// PostgreSQL's order: a query of WITH hides tables, an inner one hides outer ones, and a schema
// asks for a table. Views of the project stand beside the tables of the search path, so that a name
// of both is refused rather than decided here.
QueryBinder::FromItem QueryBinder::bind_relation(const FromSyntax& item) {
  // Its plan was bound where WITH stands. Seen from a query inside an expression, the outer columns
  // in it are so many levels further out.
  if (const CommonTable* const common = find_common_table(item))
    return {raise_outer_columns(common->query.plan, depth_ - common->depth),
            scope_of(common->query, item, context_.catalog)};
  const std::shared_ptr<const Table> table = context_.catalog.find_table(item.schema, item.name);
  const auto view = item.schema.empty() ? context_.views.find(item.name) : context_.views.end();
  const bool is_view = view != context_.views.end();
  if (is_view && table)
    reject("ambiguous_name", item.position,
           "\"" + item.name + "\" is both a view of the project and a table of the source",
           "write " + table->schema + "." + table->name + " for the table, or rename the view");
  if (is_view) {
    const Columns& columns = view->second.plan->columns;
    return {make_plan(columns, ViewScan{item.name}),
            scope_of(view->second, item, context_.catalog)};
  }
  if (!table) reject_relation(item);
  refuse_children(*table, item);
  // All columns for now: column_pruning leaves those that are read.
  FromItem result{make_table_scan(table), {}};
  for (std::uint32_t i = 0; i < table->columns.size(); ++i) {
    const TableColumn& column = table->columns[i];
    result.scope.columns.push_back(
        {column.name, make_column(column.type, 0, i), column_collation(column), column.generated});
  }
  // An alias hides the table's own name, with its schema: FROM shop.orders AS o knows no orders.id.
  const bool renamed = !item.alias.empty();
  const std::string& alias = renamed ? item.alias : item.name;
  rename_columns(result.scope.columns, item, alias);
  result.scope.tables.push_back(
      {alias, renamed ? std::string() : table->schema, result.scope.columns});
  result.scope.instances.push_back({table, 0});
  return result;
}

QueryBinder::FromItem QueryBinder::bind_join(const FromSyntax& join) {
  FromItem left = bind_from_item(*join.left);
  FromItem right = bind_from_item(*join.right);
  const JoinKind kind = kind_of(join.join);
  // The joined row is the left columns, then the right ones; names are bound over it as a whole,
  // and only the finished condition is split by side.
  const auto left_width = static_cast<std::uint32_t>(left.plan->columns.size());
  right.scope.shift(left_width);
  const std::vector<std::string> names = merged_names(join, left.scope, right.scope);
  const std::set<std::string> is_merged(names.begin(), names.end());

  // For its operator = alone, which is chosen as for any a = b; it looks no names up.
  ExpressionBinder equality(*this, left.scope, "JOIN/USING", nullptr);
  Expressions conditions;
  std::vector<ScopeColumn> columns;
  for (const std::string& name : names) {
    require_on_both_sides(name, left.scope, right.scope, join.position);
    const BoundExpression first = find_column(left.scope, {name}, join.position);
    const BoundExpression second = find_column(right.scope, {name}, join.position);
    conditions.push_back(equality.bind_operator("=", join.position, {first, second}).expression);
    columns.push_back(merge(name, kind, first, second));
  }
  // For names without a table and for *: merged columns first, then the rest of both sides. The
  // sides' tables keep all of theirs, so that a.id and b.id still mean each side's own.
  const std::vector<ScopeColumn> merged = columns;
  for (const Scope* side : {&left.scope, &right.scope})
    for (const ScopeColumn& column : side->columns)
      if (!is_merged.contains(column.name)) columns.push_back(column);

  FromItem result;
  result.scope = std::move(left.scope);
  result.scope.append(std::move(right.scope), join.position);
  if (join.condition) {
    result.scope.enclosing = enclosing_;
    ExpressionBinder binder(*this, result.scope, "JOIN/ON", nullptr);
    conditions.push_back(binder.bind_condition(*join.condition));
  }
  result.scope.columns = std::move(columns);
  // `USING (id) AS j`: j.id is the merged column, and j has no others.
  if (!join.using_alias.empty()) result.scope.tables.push_back({join.using_alias, "", merged});
  // (a JOIN b) AS c hides a and b.
  if (!join.alias.empty()) {
    rename_columns(result.scope.columns, join, join.alias);
    result.scope.tables = {{join.alias, "", result.scope.columns}};
  }
  ExpressionPtr condition = make_conjunction(std::move(conditions));
  if (condition) condition = split_inputs(condition, left_width);
  result.plan = make_join(kind, left.plan, right.plan, std::move(condition));
  return result;
}

}  // namespace deltamill
