// Turns the plans of all views into one flow: the switch over kinds of nodes, and the order in
// which views are built.
#include "views/dataflow/compile.h"

#include <algorithm>

#include "views/data/check.h"
#include "views/dataflow/compiler.h"
#include "views/plan/rules/column_pruning.h"

namespace deltamill {

namespace {

// What becomes of a node: linear ones go into the branches of their inputs, the others become a
// collection, which is one leaf.
struct CompileNode {
  Compiler& compiler;
  const PlanPtr& plan;

  std::vector<Branch> operator()(const TableScan& scan) const {
    return {compiler.scan_table(scan)};
  }
  std::vector<Branch> operator()(const ViewScan& scan) const {
    return {branch_of_leaf(compiler.view_of(scan.view))};
  }
  std::vector<Branch> operator()(const OneRow& /*row*/) const { return {Branch()}; }
  std::vector<Branch> operator()(const Filter& filter) const {
    std::vector<Branch> branches = compiler.branches_of(filter.input);
    for (Branch& branch : branches) branch.add_conjuncts(over_leaves(filter.condition, branch));
    return branches;
  }
  std::vector<Branch> operator()(const Project& project) const {
    std::vector<Branch> branches = compiler.branches_of(project.input);
    for (Branch& branch : branches) branch.outputs = outputs_over(project.outputs, branch);
    return branches;
  }
  std::vector<Branch> operator()(const Join& join) const {
    if (join.kind != JoinKind::inner)
      return {branch_of_leaf(compile_outer_join(compiler, plan, join))};
    // Nested inner joins flatten into one branch of many leaves, whose paths choose their own
    // order: how the joins were nested in FROM does not matter.
    const Branch left = compiler.single_branch(join.left);
    const Branch right = compiler.single_branch(join.right);
    Branch branch = product(left, right);
    branch.add_conjuncts(over_leaves(join.condition, left, right));
    return {std::move(branch)};
  }
  std::vector<Branch> operator()(const UnionAll& union_all) const {
    std::vector<Branch> branches;
    for (const PlanPtr& input : union_all.inputs)
      for (Branch& branch : compiler.branches_of(input)) branches.push_back(std::move(branch));
    return branches;
  }
  std::vector<Branch> operator()(const Aggregate& aggregate) const {
    return {branch_of_leaf(compile_aggregate(compiler, plan, aggregate))};
  }
  std::vector<Branch> operator()(const Distinct& distinct) const {
    return {branch_of_leaf(compile_distinct(compiler, plan, distinct))};
  }
};

// Which views a collection's rows reach: views first, then against the order of collections, so
// that a collection has all its own dependents before it hands them down to its inputs.
void find_dependents(Flow& flow) {
  flow.dependents.resize(flow.collections.size());
  for (std::uint32_t view = 0; view < flow.views.size(); ++view)
    flow.dependents[flow.views[view].collection->number()].push_back(view);
  for (std::size_t number = flow.collections.size(); number-- > 0;) {
    std::vector<std::uint32_t>& own = flow.dependents[number];
    std::ranges::sort(own);
    own.erase(std::unique(own.begin(), own.end()), own.end());
    for (const Operator* producer : flow.collections[number]->producers()) {
      for (const Collection* input : producer->inputs()) {
        std::vector<std::uint32_t>& below = flow.dependents[input->number()];
        below.insert(below.end(), own.begin(), own.end());
      }
    }
  }
}

}  // namespace

std::vector<Branch> Compiler::branches_of(const PlanPtr& plan) {
  // A part that some view has already built is read, not built again, whichever view asks.
  if (Collection* known = find_built(plan)) return {branch_of_leaf(*known)};
  return std::visit(CompileNode{*this, plan}, plan->body);
}

std::unique_ptr<Flow> compile(const std::vector<BoundView>& views) {
  auto flow = std::make_unique<Flow>();
  Compiler compiler(*flow);
  std::vector<PlanPtr> plans;
  // Columns of all views before the first is built: a table is read by all and keeps the union of
  // what they need.
  for (const BoundView& view : views) {
    plans.push_back(prune_unused_columns(view.plan));
    compiler.note_columns(*plans.back());
  }
  for (std::size_t view = 0; view < views.size(); ++view)
    compiler.add_view(views[view], plans[view]);
  find_dependents(*flow);
  return flow;
}

Collection& compile(const PlanPtr& plan, const std::map<std::string, Collection*>& inputs,
                    Flow& flow) {
  Compiler compiler(flow, inputs);
  return compiler.collection_of(prune_unused_columns(plan), CollectionKind::inner, "derived");
}

}  // namespace deltamill
