// Answers what can be asked of any plan node: its inputs, and whether two calls of an aggregate are
// the same.
#include "views/plan/plan.h"

#include <algorithm>

namespace deltamill {

namespace {

struct InputsOf {
  std::vector<PlanPtr> operator()(const TableScan& /*scan*/) const { return {}; }
  std::vector<PlanPtr> operator()(const ViewScan& /*scan*/) const { return {}; }
  std::vector<PlanPtr> operator()(const OneRow& /*row*/) const { return {}; }
  std::vector<PlanPtr> operator()(const Filter& filter) const { return {filter.input}; }
  std::vector<PlanPtr> operator()(const Project& project) const { return {project.input}; }
  std::vector<PlanPtr> operator()(const Join& join) const { return {join.left, join.right}; }
  std::vector<PlanPtr> operator()(const Aggregate& aggregate) const { return {aggregate.input}; }
  std::vector<PlanPtr> operator()(const Distinct& distinct) const { return {distinct.input}; }
  std::vector<PlanPtr> operator()(const UnionAll& union_all) const { return union_all.inputs; }
};

bool same_key(const SortKey& left, const SortKey& right) {
  return left.descending == right.descending && left.nulls_first == right.nulls_first &&
         equal(*left.expression, *right.expression);
}

}  // namespace

bool same_call(const AggregateCall& left, const AggregateCall& right) {
  const auto same_expression = [](const ExpressionPtr& first, const ExpressionPtr& second) {
    return equal(*first, *second);
  };
  const bool same_filter = left.filter && right.filter ? equal(*left.filter, *right.filter)
                                                       : left.filter == right.filter;
  return left.function == right.function && left.distinct == right.distinct &&
         left.type == right.type && same_filter &&
         std::ranges::equal(left.arguments, right.arguments, same_expression) &&
         std::ranges::equal(left.order, right.order, same_key);
}

std::vector<PlanPtr> inputs_of(const PlanNode& node) {
  return std::visit(InputsOf{}, node.body);
}

}  // namespace deltamill
