// What all plan nodes have in common: their inputs.
#include "views/plan/plan.h"

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

}  // namespace

std::vector<PlanPtr> inputs_of(const PlanNode& node) {
  return std::visit(InputsOf{}, node.body);
}

}  // namespace deltamill
