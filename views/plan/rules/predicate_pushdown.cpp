// Moves conditions towards the rows they are about: top down, carrying the conjuncts that have not
// found their node yet. A condition that drops a row before a join saves looking its partners up.
#include "views/plan/rules/predicate_pushdown.h"

#include "views/plan/build.h"
#include "views/plan/transform.h"

namespace deltamill {

namespace {

struct Sides {
  bool left = false;
  bool right = false;
};

Sides sides_of(const Expression& conjunct, std::uint32_t left_width) {
  Sides sides;
  visit_expression(conjunct, [&](const Expression& node) {
    if (node.kind != Expression::Kind::column) return;
    const bool left = node.input == 0 && node.ordinal < left_width;
    sides.left = sides.left || left;
    sides.right = sides.right || !left;
  });
  return sides;
}

// Over the joined row -> as Join conditions name columns.
ExpressionPtr with_two_inputs(const ExpressionPtr& conjunct, std::uint32_t left_width) {
  return substitute_columns(conjunct, [&](const Expression& column, const ExpressionPtr& same) {
    if (column.input == 1 || column.ordinal < left_width) return same;
    return make_column(column.type, 1, column.ordinal - left_width);
  });
}

// A conjunct that reads only the right input, over that input alone.
ExpressionPtr over_right(const ExpressionPtr& conjunct, std::uint32_t left_width) {
  return substitute_columns(conjunct, [&](const Expression& column, const ExpressionPtr&) {
    const std::uint32_t shift = column.input == 1 ? 0 : left_width;
    return make_column(column.type, 0, column.ordinal - shift);
  });
}

PlanPtr push(const PlanPtr& plan, Expressions conjuncts);

PlanPtr filtered(const PlanPtr& plan, Expressions conjuncts) {
  const ExpressionPtr condition = make_conjunction(std::move(conjuncts));
  return condition ? make_filter(plan, condition) : plan;
}

PlanPtr push_into_inputs(const PlanPtr& plan) {
  std::vector<PlanPtr> inputs;
  for (const PlanPtr& input : inputs_of(*plan)) inputs.push_back(push(input, {}));
  return with_inputs(*plan, inputs);
}

// What a projection computes may stand in the place of its columns.
PlanPtr push_through(const PlanPtr& plan, const Project& project, const Expressions& conjuncts) {
  Expressions below;
  for (const ExpressionPtr& conjunct : conjuncts)
    below.push_back(
        substitute_columns(conjunct, [&](const Expression& column, const ExpressionPtr&) {
          return project.outputs[column.ordinal];
        }));
  return with_inputs(*plan, {push(project.input, std::move(below))});
}

// Of a left join, a condition on the left side above it may go down the left: the row is dropped
// with or without partner. One on the right may not: below, it would turn a pair into a padded row.
// For ON it is the other way round.
PlanPtr push_into_join(const PlanPtr& plan, const Join& join, const Expressions& conjuncts) {
  const auto width = static_cast<std::uint32_t>(join.left->columns.size());
  const bool inner = join.kind == JoinKind::inner;
  Expressions left;
  Expressions right;
  Expressions condition;
  Expressions above;
  for (const ExpressionPtr& conjunct : conjuncts) {
    const Sides sides = sides_of(*conjunct, width);
    if (sides.left && !sides.right && (inner || join.kind == JoinKind::left))
      left.push_back(conjunct);
    else if (sides.right && !sides.left && (inner || join.kind == JoinKind::right))
      right.push_back(over_right(conjunct, width));
    else if (inner && sides.left && sides.right)
      condition.push_back(with_two_inputs(conjunct, width));
    else
      above.push_back(conjunct);
  }
  // A row of the padded side that fails the condition by itself matches nothing.
  Expressions own;
  for (const ExpressionPtr& conjunct : conjuncts_of(join.condition)) {
    const Sides sides = sides_of(*conjunct, width);
    if (sides.left && !sides.right && (inner || join.kind == JoinKind::right))
      left.push_back(conjunct);
    else if (sides.right && !sides.left && (inner || join.kind == JoinKind::left))
      right.push_back(over_right(conjunct, width));
    else
      own.push_back(conjunct);
  }
  // The join's own conditions first, as written: where one guards another (x <> 0 AND 1 / x > 2)
  // their order is kept.
  own.insert(own.end(), condition.begin(), condition.end());
  const PlanPtr joined =
      make_join(join.kind, push(join.left, std::move(left)), push(join.right, std::move(right)),
                make_conjunction(std::move(own)));
  return filtered(with_names(joined, plan->columns), std::move(above));
}

PlanPtr push(const PlanPtr& plan, Expressions conjuncts) {
  if (const auto* const filter = std::get_if<Filter>(&plan->body)) {
    // The inner condition is evaluated first, and stays first.
    Expressions all = conjuncts_of(filter->condition);
    all.insert(all.end(), conjuncts.begin(), conjuncts.end());
    return with_names(push(filter->input, std::move(all)), plan->columns);
  }
  if (const auto* const project = std::get_if<Project>(&plan->body))
    return push_through(plan, *project, conjuncts);
  if (const auto* const join = std::get_if<Join>(&plan->body))
    return push_into_join(plan, *join, conjuncts);
  if (const auto* const union_all = std::get_if<UnionAll>(&plan->body)) {
    std::vector<PlanPtr> inputs;
    for (const PlanPtr& input : union_all->inputs) inputs.push_back(push(input, conjuncts));
    return with_inputs(*plan, inputs);
  }
  // Not through an aggregate or DISTINCT: only a condition on grouping keys alone may pass, and
  // those are not told apart here.
  return filtered(push_into_inputs(plan), std::move(conjuncts));
}

}  // namespace

PlanPtr push_predicates_down(const PlanPtr& plan) {
  return push(plan, {});
}

}  // namespace deltamill
