// Flattens plans into branches by substituting columns: each node's expressions are rewritten over
// the leaves' columns, and the node is gone.
#include "views/dataflow/branch.h"

#include "views/plan/build.h"

namespace deltamill {

namespace {

ExpressionPtr shifted(const ExpressionPtr& expression, std::uint32_t shift) {
  if (shift == 0) return expression;
  return substitute_columns(expression, [shift](const Expression& column, const ExpressionPtr&) {
    return make_column(column.type, column.input + shift, column.ordinal);
  });
}

}  // namespace

void Branch::add_conjuncts(const ExpressionPtr& condition) {
  for (const ExpressionPtr& conjunct : conjuncts_of(condition)) conjuncts.push_back(conjunct);
}

Branch branch_of_leaf(Collection& leaf) {
  Branch branch;
  branch.leaves = {&leaf};
  for (std::uint32_t column = 0; column < leaf.columns().size(); ++column)
    branch.outputs.push_back(make_column(leaf.columns()[column].type, 0, column));
  return branch;
}

ExpressionPtr over_leaves(const ExpressionPtr& expression, const Branch& branch) {
  if (expression == nullptr) return nullptr;
  return substitute_columns(expression, [&](const Expression& column, const ExpressionPtr&) {
    return branch.outputs[column.ordinal];
  });
}

ExpressionPtr over_leaves(const ExpressionPtr& expression, const Branch& left,
                          const Branch& right) {
  if (expression == nullptr) return nullptr;
  const auto shift = static_cast<std::uint32_t>(left.leaves.size());
  return substitute_columns(expression, [&](const Expression& column, const ExpressionPtr&) {
    return column.input == 0 ? left.outputs[column.ordinal]
                             : shifted(right.outputs[column.ordinal], shift);
  });
}

Branch product(const Branch& left, const Branch& right) {
  Branch branch = left;
  const auto shift = static_cast<std::uint32_t>(left.leaves.size());
  branch.leaves.insert(branch.leaves.end(), right.leaves.begin(), right.leaves.end());
  for (const ExpressionPtr& conjunct : right.conjuncts)
    branch.conjuncts.push_back(shifted(conjunct, shift));
  for (const ExpressionPtr& output : right.outputs)
    branch.outputs.push_back(shifted(output, shift));
  return branch;
}

std::optional<std::vector<std::uint32_t>> plain_columns(const Branch& branch) {
  if (branch.leaves.size() != 1 || !branch.conjuncts.empty()) return std::nullopt;
  std::vector<std::uint32_t> columns;
  for (const ExpressionPtr& output : branch.outputs) {
    if (output->kind != Expression::Kind::column) return std::nullopt;
    columns.push_back(output->ordinal);
  }
  return columns;
}

ExpressionPtr replace_node(const ExpressionPtr& expression, const ExpressionPtr& old_node,
                           const ExpressionPtr& new_node) {
  // By address, since equal expressions may stand elsewhere in the tree on purpose.
  if (expression == old_node) return new_node;
  if (expression->arguments.empty()) return expression;
  Expressions arguments;
  for (const ExpressionPtr& argument : expression->arguments)
    arguments.push_back(replace_node(argument, old_node, new_node));
  if (arguments == expression->arguments) return expression;
  return with_arguments(*expression, std::move(arguments));
}

ExpressionPtr over_input(const ExpressionPtr& expression, std::uint32_t to) {
  return substitute_columns(expression, [to](const Expression& column, const ExpressionPtr& node) {
    return column.input == to ? node : make_column(column.type, to, column.ordinal);
  });
}

}  // namespace deltamill
