// Rebuilds nodes with other inputs, expressions or names, one overload per kind of node, and
// through build.h, so that which columns may be NULL follows from the new inputs.
#include "views/plan/transform.h"

#include "views/plan/build.h"

namespace deltamill {

namespace {

struct WithInputs {
  const PlanNode& node;
  const std::vector<PlanPtr>& inputs;

  PlanPtr operator()(const TableScan& scan) const { return make_plan(node.columns, scan); }
  PlanPtr operator()(const ViewScan& scan) const { return make_plan(node.columns, scan); }
  PlanPtr operator()(const OneRow& row) const { return make_plan(node.columns, row); }
  PlanPtr operator()(const Filter& filter) const {
    return make_filter(inputs[0], filter.condition);
  }
  PlanPtr operator()(const Project& project) const {
    return make_project(inputs[0], project.outputs, names_of(node.columns));
  }
  PlanPtr operator()(const Join& join) const {
    return make_join(join.kind, inputs[0], inputs[1], join.condition);
  }
  PlanPtr operator()(const Aggregate& aggregate) const {
    std::vector<std::string> names = names_of(node.columns);
    names.resize(aggregate.keys.size());
    return make_aggregate(inputs[0], aggregate.keys, names, aggregate.calls);
  }
  PlanPtr operator()(const Distinct& /*distinct*/) const { return make_distinct(inputs[0]); }
  PlanPtr operator()(const UnionAll& /*union_all*/) const { return make_union_all(inputs); }
};

}  // namespace

std::vector<std::string> names_of(const Columns& columns) {
  std::vector<std::string> names;
  for (const Column& column : columns) names.push_back(column.name);
  return names;
}

PlanPtr with_names(const PlanPtr& node, const Columns& named) {
  Columns columns = node->columns;
  bool changed = false;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    changed = changed || columns[i].name != named[i].name;
    columns[i].name = named[i].name;
  }
  // The same node where nothing changes: rules compare nodes by address to see whether they did
  // anything, and shared plans stay shared.
  if (!changed) return node;
  return std::make_shared<const PlanNode>(PlanNode{std::move(columns), node->body});
}

PlanPtr with_inputs(const PlanNode& node, const std::vector<PlanPtr>& inputs) {
  return with_names(std::visit(WithInputs{node, inputs}, node.body), node.columns);
}

PlanPtr with_expressions(const PlanPtr& node,
                         const std::function<ExpressionPtr(const ExpressionPtr&)>& replace) {
  const auto replace_if = [&](ExpressionPtr& expression) {
    if (expression) expression = replace(expression);
  };
  PlanNode changed{node->columns, node->body};
  if (auto* const filter = std::get_if<Filter>(&changed.body)) {
    replace_if(filter->condition);
  } else if (auto* const project = std::get_if<Project>(&changed.body)) {
    for (ExpressionPtr& output : project->outputs) replace_if(output);
  } else if (auto* const join = std::get_if<Join>(&changed.body)) {
    replace_if(join->condition);
  } else if (auto* const aggregate = std::get_if<Aggregate>(&changed.body)) {
    for (ExpressionPtr& key : aggregate->keys) replace_if(key);
    for (AggregateCall& call : aggregate->calls) call = replace_expressions(call, replace);
  } else {
    return node;
  }
  return std::make_shared<const PlanNode>(std::move(changed));
}

}  // namespace deltamill
