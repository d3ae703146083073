// Merges projections with what is below them: with another projection, with a scan whose columns
// they only pick, or with nothing where they change nothing. Also makes one union of nested ones.
// Bottom up, so that the input of a projection has been merged before.
#include "views/plan/rules/projection_merging.h"

#include <algorithm>
#include <set>

#include "views/plan/build.h"
#include "views/plan/transform.h"

namespace deltamill {

namespace {

using Kind = Expression::Kind;

// How often the outer projection reads each output of the inner one.
std::vector<std::size_t> uses_of(const Project& outer, std::size_t count) {
  std::vector<std::size_t> uses(count, 0);
  for (const ExpressionPtr& output : outer.outputs)
    visit_expression(*output, [&](const Expression& node) {
      if (node.kind == Kind::column) ++uses[node.ordinal];
    });
  return uses;
}

bool is_cheap(const Expression& expression) {
  return expression.kind == Kind::column || expression.kind == Kind::constant;
}

bool can_merge(const Project& outer, const Project& inner) {
  const std::vector<std::size_t> uses = uses_of(outer, inner.outputs.size());
  for (std::size_t i = 0; i < uses.size(); ++i)
    // An expression that is read twice stays below, where it stands once: substituted, it would
    // double with each level of nesting.
    if (uses[i] > 1 && !is_cheap(*inner.outputs[i])) return false;
  return true;
}

// A column of the inner projection, under the type label the outer one gives it.
ExpressionPtr replacement(const Expression& column, const ExpressionPtr& inner) {
  if (inner->type == column.type) return inner;
  if (inner->kind == Kind::column) return make_column(column.type, inner->input, inner->ordinal);
  if (inner->kind == Kind::constant) return make_constant(column.type, inner->constant);
  return nullptr;
}

// The outer expressions over the inner projection's input; empty where a label cannot be kept.
Expressions merged_outputs(const Project& outer, const Project& inner) {
  bool possible = true;
  Expressions outputs;
  for (const ExpressionPtr& output : outer.outputs)
    outputs.push_back(
        substitute_columns(output, [&](const Expression& column, const ExpressionPtr& same) {
          ExpressionPtr merged = replacement(column, inner.outputs[column.ordinal]);
          possible = possible && merged != nullptr;
          return merged ? merged : same;
        }));
  return possible ? outputs : Expressions{};
}

// Each column at most once: a scan names each column of its table once.
bool picks_columns(const Project& project) {
  std::set<std::uint32_t> seen;
  for (const ExpressionPtr& output : project.outputs) {
    const bool plain = output->kind == Kind::column &&
                       output->type == project.input->columns[output->ordinal].type;
    if (!plain || !seen.insert(output->ordinal).second) return false;
  }
  return true;
}

bool changes_nothing(const Project& project) {
  if (project.outputs.size() != project.input->columns.size() || !picks_columns(project))
    return false;
  for (std::uint32_t i = 0; i < project.outputs.size(); ++i)
    if (project.outputs[i]->ordinal != i) return false;
  return true;
}

PlanPtr scan_of(const TableScan& scan, const Project& project, const Columns& columns) {
  TableScan picked{scan.table, {}};
  for (const ExpressionPtr& output : project.outputs)
    picked.columns.push_back(scan.columns[output->ordinal]);
  return make_plan(columns, std::move(picked));
}

PlanPtr merge(const PlanPtr& plan) {
  const auto* const project = std::get_if<Project>(&plan->body);
  if (project == nullptr) return plan;
  if (const auto* const inner = std::get_if<Project>(&project->input->body)) {
    if (!can_merge(*project, *inner)) return plan;
    Expressions outputs = merged_outputs(*project, *inner);
    if (outputs.empty() && !project->outputs.empty()) return plan;
    return merge(make_project(inner->input, std::move(outputs), names_of(plan->columns)));
  }
  if (changes_nothing(*project)) return with_names(project->input, plan->columns);
  if (const auto* const scan = std::get_if<TableScan>(&project->input->body))
    if (picks_columns(*project)) return scan_of(*scan, *project, plan->columns);
  return plan;
}

PlanPtr flatten_union(const PlanPtr& plan) {
  const auto* const union_all = std::get_if<UnionAll>(&plan->body);
  if (union_all == nullptr) return plan;
  std::vector<PlanPtr> inputs;
  for (const PlanPtr& input : union_all->inputs) {
    const auto* const inner = std::get_if<UnionAll>(&input->body);
    if (inner == nullptr)
      inputs.push_back(input);
    else
      inputs.insert(inputs.end(), inner->inputs.begin(), inner->inputs.end());
  }
  return with_names(make_union_all(std::move(inputs)), plan->columns);
}

}  // namespace

PlanPtr merge_projections(const PlanPtr& plan) {
  std::vector<PlanPtr> inputs;
  for (const PlanPtr& input : inputs_of(*plan)) inputs.push_back(merge_projections(input));
  return flatten_union(merge(with_inputs(*plan, inputs)));
}

}  // namespace deltamill
