// The normal form of a linear plan: filters and projections over inner joins, flattened to leaves,
// conjuncts and outputs. A union is several branches.
#pragma once

#include <vector>

#include "views/dataflow/collection.h"
#include "views/expressions/expression.h"

namespace deltamill {

// Input i of the expressions is leaf i; ordinals are columns of the leaf's collection.
struct Branch {
  std::vector<Collection*> leaves;
  Expressions conjuncts;
  Expressions outputs;

  // Those of a condition over the leaves; a nullptr has none.
  void add_conjuncts(const ExpressionPtr& condition);
};

// A branch whose rows are all columns of a leaf as they are.
[[nodiscard]] Branch branch_of_leaf(Collection& leaf);

// An expression over the outputs of one branch, or of two, as one over leaves (those of `right`
// follow those of `left`). nullptr stays nullptr.
[[nodiscard]] ExpressionPtr over_leaves(const ExpressionPtr& expression, const Branch& branch);
[[nodiscard]] ExpressionPtr over_leaves(const ExpressionPtr& expression, const Branch& left,
                                        const Branch& right);

// The cross product. The outputs are those of `left`, then those of `right`.
[[nodiscard]] Branch product(const Branch& left, const Branch& right);

// If the branch is one leaf, unfiltered, and each output is a column of it: those columns.
[[nodiscard]] std::optional<std::vector<std::uint32_t>> plain_columns(const Branch& branch);

// The same expression with the node `old_node` (by address) replaced.
[[nodiscard]] ExpressionPtr replace_node(const ExpressionPtr& expression,
                                         const ExpressionPtr& old_node,
                                         const ExpressionPtr& new_node);

// The same expression with all columns read from input `to`.
[[nodiscard]] ExpressionPtr over_input(const ExpressionPtr& expression, std::uint32_t to);

}  // namespace deltamill
