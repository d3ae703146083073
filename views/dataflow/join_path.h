// How the delta of one leaf of a join meets the other leaves: an order of look-ups in their
// arrangements, with each filter as early as its leaves are bound. Planned once, when the graph is
// built.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "views/dataflow/collection.h"
#include "views/expressions/expression.h"

namespace deltamill {

// Keeps the rows for which the conjunct with this number is true.
struct FilterStep {
  std::size_t conjunct = 0;
};

// A leaf that a step binds to rows of its arrangement.
struct BoundLeaf {
  std::uint32_t leaf = 0;
  const Arrangement* arrangement = nullptr;
};

// Binds a leaf to the rows whose key equals columns of leaves bound before.
struct LookUpStep {
  struct Source {
    std::uint32_t leaf = 0;
    std::uint32_t column = 0;
  };
  BoundLeaf target;
  std::size_t index = 0;
  std::vector<Source> sources;  // one per part of the index's key
  bool unique = false;          // at most one row matches
};

// Binds a leaf to all its rows: no equality leads to it.
struct ScanStep {
  BoundLeaf target;
};

using PathStep = std::variant<FilterStep, LookUpStep, ScanStep>;
using JoinPath = std::vector<PathStep>;

// `column = column` of two leaves that a key can serve, casts between joinable types looked
// through.
struct ColumnEquality {
  std::uint32_t left_leaf = 0;
  std::uint32_t left_column = 0;
  std::uint32_t right_leaf = 0;
  std::uint32_t right_column = 0;
};

// The operands of an equality by the type's own notion of equal, or nothing: a = b with joinable
// operands.
struct EqualOperands {
  ExpressionPtr left;
  ExpressionPtr right;
};
[[nodiscard]] std::optional<EqualOperands> equal_operands(const ExpressionPtr& condition);
[[nodiscard]] std::optional<ColumnEquality> column_equality(const ExpressionPtr& condition);

// In each equality between expressions of two inputs, replaces an expression that is no column by a
// further column of its input. Returns these expressions per input, over input 0, in column order.
[[nodiscard]] std::vector<Expressions> extract_keys(Expressions& conjuncts,
                                                    const std::vector<std::size_t>& column_counts);

// The leaves (inputs) an expression reads, ascending.
[[nodiscard]] std::vector<std::uint32_t> inputs_read(const Expression& expression);

// Plans the path of the delta of leaf `start`, and arranges the other leaves as it needs them.
[[nodiscard]] JoinPath plan_path(std::uint32_t start, const std::vector<Collection*>& leaves,
                                 const Expressions& conjuncts, RowStore& store);

}  // namespace deltamill
