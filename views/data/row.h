// A row as one immutable byte string. Rows of one layout are identical (not only equal) iff their
// bytes are.
//
//   u32  length of the whole row
//   u32  NULL bits of columns 0..31
//   u64  NULL bits of columns 32..95, and so on: only where there are such columns
//   u64  one slot per column, 0 for NULL:
//          integer                 the value
//          real                    its bits, one NaN for all
//          numeric that fits       mantissa << 8 | scale << 1 | 1
//          bytes, other numerics   length << 32 | offset << 1, the offset from the row's start
//   ...  the bytes in column order, without gaps
//   ...  zeros up to a multiple of 8
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "views/data/arena.h"
#include "views/data/schema.h"
#include "views/data/value.h"

namespace deltamill {

using RowBytes = const std::byte*;  // start of a row, aligned to 8

// Where the columns of a row are. Cheap to copy; two layouts are interchangeable iff their storages
// are equal.
class RowLayout {
 public:
  RowLayout() = default;
  explicit RowLayout(const Columns& columns);
  explicit RowLayout(std::vector<Storage> storages);

  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(storages_.size()); }
  [[nodiscard]] Storage storage(std::uint32_t column) const { return storages_[column]; }
  // Bytes before the first slot.
  [[nodiscard]] std::uint32_t slots_begin() const { return slots_begin_; }
  [[nodiscard]] bool operator==(const RowLayout& other) const {
    return storages_ == other.storages_;
  }

 private:
  std::vector<Storage> storages_;
  std::uint32_t slots_begin_ = 8;
};

[[nodiscard]] inline std::uint32_t row_size(RowBytes row) {
  std::uint32_t size;
  std::memcpy(&size, row, sizeof size);
  return size;
}

[[nodiscard]] inline bool row_is_null(RowBytes row, std::uint32_t column) {
  std::uint32_t bits;
  if (column < 32) {
    std::memcpy(&bits, row + 4, sizeof bits);
    return (bits >> column & 1U) != 0;
  }
  std::uint64_t more;
  std::memcpy(&more, row + 8 + 8 * ((column - 32) / 64), sizeof more);
  return (more >> ((column - 32) % 64) & 1U) != 0;
}

// One column of a row. The value views the row's bytes.
[[nodiscard]] inline Value row_value(const RowLayout& layout, RowBytes row, std::uint32_t column) {
  if (row_is_null(row, column)) return Value::null();
  std::uint64_t slot;
  std::memcpy(&slot, row + layout.slots_begin() + std::size_t{8} * column, sizeof slot);
  Value value;
  value.form = Value::Form::plain;
  switch (layout.storage(column)) {
    case Storage::integer:
    case Storage::real: value.integer = static_cast<std::int64_t>(slot); return value;
    case Storage::numeric:
      if ((slot & 1U) != 0) {
        value.integer = static_cast<std::int64_t>(slot) >> 8;
        value.length = static_cast<std::uint32_t>(slot >> 1 & 0x7fU);
        return value;
      }
      [[fallthrough]];
    case Storage::bytes: break;
  }
  value.form = Value::Form::bytes;
  value.data = reinterpret_cast<const char*>(row) + ((slot & 0xffffffffU) >> 1);
  value.length = static_cast<std::uint32_t>(slot >> 32);
  return value;
}

// Packs values into a new row in the arena. A row is at most 2 GiB - 1; more throws
// std::length_error. REQUIRES: values.size() == layout.size(), each value of the storage of its
// column.
[[nodiscard]] RowBytes pack_row(const RowLayout& layout, std::span<const Value> values,
                                Arena& arena);

// Copies a row into the arena.
[[nodiscard]] RowBytes copy_row(RowBytes row, Arena& arena);

[[nodiscard]] inline bool rows_identical(RowBytes left, RowBytes right) {
  if (left == right) return true;
  const std::uint32_t size = row_size(left);
  return size == row_size(right) && std::memcmp(left, right, size) == 0;
}

// Hash of the representation (all bytes): identical rows collide. Never stored, never visible
// outside.
[[nodiscard]] std::uint64_t row_hash(RowBytes row);

}  // namespace deltamill
