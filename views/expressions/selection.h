// What the steps of a program work on: some rows of a chunk, and columns of values by row.
#pragma once

#include <cstddef>
#include <cstdint>

#include "views/data/value.h"

namespace deltamill {

// A program runs over so many rows at a time: few enough for its registers to stay in the cache.
inline constexpr std::size_t chunk_rows_max = 1024;

using RowOffset = std::uint16_t;  // of a row in its chunk

// Rows of a chunk, ascending. Within one scope a selection only shrinks (evaluate.cpp).
struct Selection {
  RowOffset* rows = nullptr;
  std::size_t count = 0;
  std::uint64_t scope = 0;
};

// The values of a subexpression, each at the offset of its row; a constant has one for all rows.
struct ValueColumn {
  const Value* values = nullptr;
  std::uint32_t stride = 1;  // 0 for a constant

  [[nodiscard]] const Value& at(std::size_t row) const { return values[row * stride]; }
};

}  // namespace deltamill
