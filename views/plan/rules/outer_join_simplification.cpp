// Turns outer joins into narrower ones, top down with the columns that cannot be NULL in a row that
// reaches the result, as PostgreSQL's reduce_outer_joins() does: a row padded on that side would be
// NULL there and is dropped further up anyway.
#include "views/plan/rules/outer_join_simplification.h"

#include <algorithm>
#include <set>

#include "views/plan/build.h"
#include "views/plan/transform.h"

namespace deltamill {

namespace {

using ColumnSet = std::set<std::uint32_t>;

// Adds the columns that make the expression NULL when they are NULL. Right columns are counted
// behind the left ones.
void add_strict_columns(const Expression& expression, std::uint32_t left_width,
                        ColumnSet& columns) {
  if (expression.kind == Expression::Kind::column)
    columns.insert(expression.ordinal + (expression.input == 1 ? left_width : 0));
  // A strict function is NULL as soon as one argument is. Of anything else (COALESCE, CASE, OR, IS
  // NULL) nothing follows.
  if (expression.kind != Expression::Kind::call || !expression.function->strict) return;
  for (const ExpressionPtr& argument : expression.arguments)
    add_strict_columns(*argument, left_width, columns);
}

// Columns that are not NULL wherever the condition is true.
ColumnSet required_columns(const ExpressionPtr& condition, std::uint32_t left_width) {
  ColumnSet columns;
  for (const ExpressionPtr& conjunct : conjuncts_of(condition)) {
    const bool not_null = conjunct->kind == Expression::Kind::is_not_null;
    add_strict_columns(not_null ? *conjunct->arguments.front() : *conjunct, left_width, columns);
  }
  return columns;
}

PlanPtr simplify(const PlanPtr& plan, const ColumnSet& required);

PlanPtr simplify_join(const PlanPtr& plan, const Join& join, ColumnSet required) {
  const auto width = static_cast<std::uint32_t>(join.left->columns.size());
  const auto first_right = required.lower_bound(width);
  const bool left_required = first_right != required.begin();
  const bool right_required = first_right != required.end();
  JoinKind kind = join.kind;
  // A full join in two steps: left columns required drop the rows that lack a left side, which
  // leaves a left join; right ones as well, an inner join.
  if (kind == JoinKind::full && left_required) kind = JoinKind::left;
  if (kind == JoinKind::full && right_required) kind = JoinKind::right;
  if (kind == JoinKind::left && right_required) kind = JoinKind::inner;
  if (kind == JoinKind::right && left_required) kind = JoinKind::inner;
  // The condition of an inner join filters both sides, that of an outer join the padded one.
  for (const std::uint32_t column : required_columns(join.condition, width)) {
    const bool of_left = column < width;
    const bool filtered = kind == JoinKind::inner || (kind == JoinKind::left && !of_left) ||
                          (kind == JoinKind::right && of_left);
    if (filtered) required.insert(column);
  }
  ColumnSet left;
  ColumnSet right;
  for (const std::uint32_t column : required) {
    if (column < width)
      left.insert(column);
    else
      right.insert(column - width);
  }
  // A row of the kept side counts whatever the other side says; full joins keep both.
  if (kind == JoinKind::full) left = right = {};
  return with_names(
      make_join(kind, simplify(join.left, left), simplify(join.right, right), join.condition),
      plan->columns);
}

PlanPtr simplify(const PlanPtr& plan, const ColumnSet& required) {
  if (const auto* const join = std::get_if<Join>(&plan->body))
    return simplify_join(plan, *join, required);
  if (const auto* const filter = std::get_if<Filter>(&plan->body)) {
    ColumnSet below = required_columns(filter->condition, 0);
    below.insert(required.begin(), required.end());
    return with_inputs(*plan, {simplify(filter->input, below)});
  }
  if (const auto* const project = std::get_if<Project>(&plan->body)) {
    ColumnSet below;
    for (const std::uint32_t column : required)
      add_strict_columns(*project->outputs[column], 0, below);
    return with_inputs(*plan, {simplify(project->input, below)});
  }
  // Aggregate, DISTINCT and UNION ALL: what is required above does not say that a row below is
  // dropped, since NULLs count in a group.
  std::vector<PlanPtr> inputs;
  for (const PlanPtr& input : inputs_of(*plan)) inputs.push_back(simplify(input, {}));
  return with_inputs(*plan, inputs);
}

}  // namespace

PlanPtr simplify_outer_joins(const PlanPtr& plan) {
  return simplify(plan, {});
}

}  // namespace deltamill
