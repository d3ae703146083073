// A delta: a multiset of (row, weight). Weights of identical rows add up, zero vanishes.
#pragma once

#include <cstdint>
#include <vector>

#include "views/data/row.h"

namespace deltamill {

struct DeltaRow {
  // Lives in an arrangement or in the batch's arena, until the end of the batch.
  RowBytes row = nullptr;
  std::int32_t weight = 0;
};

using Delta = std::vector<DeltaRow>;

// The weight as a row carries it. Throws BrokenInvariant when it leaves the range of int32: to wrap
// around would turn a row into its retraction.
[[nodiscard]] std::int32_t checked_weight(std::int64_t weight);

// Adds up the weights of identical rows and drops zeros. The order of what is left is unspecified.
// Throws BrokenInvariant when a weight leaves the range of int32.
void consolidate(Delta& delta);

}  // namespace deltamill
