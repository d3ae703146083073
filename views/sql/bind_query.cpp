// Binds what queries are made of: UNION ALL, VALUES, WITH (transformSetOperationTree,
// transformValuesClause, transformWithClause). A SELECT itself: bind_select.cpp.
#include "views/sql/bind_query.h"

#include "views/plan/build.h"

namespace deltamill {

BoundQuery close(const OpenQuery& query) {
  Expressions outputs;
  std::vector<std::string> names;
  BoundQuery closed;
  for (const OpenQuery::Output& output : query.outputs) {
    const BoundExpression value = resolve_unknown(output.value);
    outputs.push_back(value.expression);
    names.push_back(output.name);
    closed.collations.push_back(value.collation);
  }
  closed.plan = make_project(query.input, std::move(outputs), names);
  return closed;
}

OpenQuery reopen(const BoundQuery& query) {
  OpenQuery open;
  open.input = query.plan;
  for (std::uint32_t i = 0; i < query.plan->columns.size(); ++i) {
    const Column& column = query.plan->columns[i];
    open.outputs.push_back({column.name, {make_column(column.type, 0, i), query.collations[i], 0}});
  }
  return open;
}

void Rejections::require_none_since(std::size_t count) {
  if (all_.size() <= count) return;
  const Rejection last = all_.back();
  all_.pop_back();
  throw last;
}

BoundQuery QueryBinder::bind(const SelectSyntax& query) {
  BoundQuery bound = close(bind_open(query));
  for (const BoundSubquery& subquery : subqueries_) rejections_.add(subquery.refusal);
  if (!subqueries_.empty()) rejections_.require_none_since(0);
  return bound;
}

OpenQuery QueryBinder::bind_open(const SelectSyntax& query) {
  // The queries of WITH end with the query, also when it is rejected.
  struct Visible {
    std::vector<CommonTable>& tables;
    const std::size_t count;
    ~Visible() { tables.resize(count); }
  };
  const Visible visible{common_tables_, common_tables_.size()};
  // Before the query's own FROM, and visible in both arms of a UNION ALL.
  bind_common_tables(query);
  if (!query.order_by.empty())
    warnings_.push_back(
        {"unsupported_sql", "ORDER BY without LIMIT has no effect: a view is a multiset",
         "leave it out; order when reading (?order=)", query.order_by.front()->position});
  switch (query.kind) {
    case SelectSyntax::Kind::select: return bind_select(query);
    case SelectSyntax::Kind::values: return bind_values(query);
    case SelectSyntax::Kind::union_all: break;
  }
  return bind_union_all(query);
}

// Each is bound once, and sees those before it; every mention reads the same plan, which the
// dataflow builds once (AS MATERIALIZED and AS NOT MATERIALIZED alike).
void QueryBinder::bind_common_tables(const SelectSyntax& query) {
  const std::size_t visible = common_tables_.size();
  for (const CommonTableSyntax& table : query.common_tables) {
    for (std::size_t i = visible; i < common_tables_.size(); ++i)
      if (common_tables_[i].name == table.name)
        reject("ambiguous_name", table.position,
               "WITH query name \"" + table.name + "\" is specified more than once");
    OpenQuery open = bind_open(*table.query);
    if (table.column_aliases.size() > open.outputs.size())
      reject("type_error", table.position,
             "WITH query \"" + table.name + "\" has " + std::to_string(open.outputs.size()) +
                 " columns available but " + std::to_string(table.column_aliases.size()) +
                 " columns specified");
    for (std::size_t i = 0; i < table.column_aliases.size(); ++i)
      open.outputs[i].name = table.column_aliases[i];
    common_tables_.push_back({table.name, close(open), depth_});
  }
}

// Types are resolved pair by pair from the left, as PostgreSQL does: in a UNION ALL of three, the
// first two settle a type before the third is seen. Names come from the left.
OpenQuery QueryBinder::bind_union_all(const SelectSyntax& query) {
  OpenQuery left = bind_open(*query.left);
  OpenQuery right = bind_open(*query.right);
  if (left.outputs.size() != right.outputs.size())
    reject("type_error", query.right->position,
           "each UNION query must have the same number of columns",
           "the left side has " + std::to_string(left.outputs.size()) + ", this one " +
               std::to_string(right.outputs.size()));
  std::vector<Collation> collations;
  for (std::size_t i = 0; i < left.outputs.size(); ++i) {
    OpenQuery::Output& first = left.outputs[i];
    OpenQuery::Output& second = right.outputs[i];
    const std::vector<BoundExpression> pair{first.value, second.value};
    const CommonExpressions common = coerce_to_common_type(pair, "UNION");
    // Explicit, so that a common modifier is applied and both arms have one and the same type.
    first.value = coerce(common.expressions[0], common.type, CoercionContext::explicit_cast);
    second.value = coerce(common.expressions[1], common.type, CoercionContext::explicit_cast);
    second.name = first.name;
    collations.push_back(combine(first.value.collation, second.value.collation));
  }
  const PlanPtr plan = make_union_all({close(left).plan, close(right).plan});
  return reopen({plan, std::move(collations)});
}

OpenQuery QueryBinder::bind_values(const SelectSyntax& query) {
  Scope no_columns;
  no_columns.enclosing = enclosing_;
  ExpressionBinder binder(*this, no_columns, "VALUES", nullptr);
  // Types are chosen per column over all rows; plans are made per row.
  std::vector<std::vector<BoundExpression>> columns(query.rows.front().size());
  for (const std::vector<ExpressionSyntaxPtr>& row : query.rows) {
    if (row.size() != columns.size())
      reject("syntax", row.front()->position, "VALUES lists must all be the same length");
    for (std::size_t i = 0; i < row.size(); ++i) columns[i].push_back(binder.bind(*row[i]));
  }
  std::vector<Expressions> rows(query.rows.size());
  std::vector<std::string> names;
  std::vector<Collation> collations;
  for (const std::vector<BoundExpression>& column : columns) {
    const CommonExpressions common = coerce_to_common_type(column, "VALUES");
    for (std::size_t row = 0; row < rows.size(); ++row) {
      const BoundExpression value =
          coerce(common.expressions[row], common.type, CoercionContext::explicit_cast);
      rows[row].push_back(value.expression);
    }
    names.push_back("column" + std::to_string(names.size() + 1));
    collations.push_back(common.expressions.front().collation);
  }
  std::vector<PlanPtr> plans;
  for (Expressions& row : rows)
    plans.push_back(make_project(make_one_row(), std::move(row), names));
  const PlanPtr plan = plans.size() == 1 ? plans.front() : make_union_all(std::move(plans));
  return reopen({plan, std::move(collations)});
}

}  // namespace deltamill
