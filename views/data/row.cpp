// Packs, copies and hashes rows: row.h has the byte layout.
#include "views/data/row.h"

#include <xxhash.h>

#include <bit>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "views/data/numeric.h"

namespace deltamill {

namespace {

constexpr std::int64_t inline_mantissa_max = (std::int64_t{1} << 55) - 1;
constexpr std::uint32_t inline_scale_max = 127;

std::vector<Storage> storages_of(const Columns& columns) {
  std::vector<Storage> storages;
  storages.reserve(columns.size());
  for (const Column& column : columns) storages.push_back(storage_of(column.type.kind));
  return storages;
}

// A mantissa of 56 bits and a scale of 7 beside the tag bit: prices and amounts of any common size.
bool fits_slot(const Value& numeric) {
  return numeric.form == Value::Form::plain && numeric.length <= inline_scale_max &&
         numeric.integer <= inline_mantissa_max && numeric.integer >= -inline_mantissa_max;
}

// Bytes that a value takes in the variable area.
std::size_t variable_size(Storage storage, const Value& value) {
  if (value.is_null()) return 0;
  if (storage == Storage::bytes) return value.length;
  if (storage != Storage::numeric || fits_slot(value)) return 0;
  return value.form == Value::Form::bytes ? value.length : encoded_decimal_bytes;
}

void set_null(std::byte* row, std::uint32_t column) {
  if (column < 32) {
    std::uint32_t bits;
    std::memcpy(&bits, row + 4, sizeof bits);
    bits |= 1U << column;
    std::memcpy(row + 4, &bits, sizeof bits);
    return;
  }
  std::byte* const word = row + 8 + 8 * ((column - 32) / 64);
  std::uint64_t bits;
  std::memcpy(&bits, word, sizeof bits);
  bits |= std::uint64_t{1} << ((column - 32) % 64);
  std::memcpy(word, &bits, sizeof bits);
}

std::uint64_t real_slot(double real) {
  // NaN has many bit patterns. Rows are identical iff their bytes are, so one stands for all; −0
  // stays apart from 0, which prints differently.
  if (std::isnan(real)) real = std::numeric_limits<double>::quiet_NaN();
  return std::bit_cast<std::uint64_t>(real);
}

// Writes one value's slot, appending its variable part at `variable`.
std::uint64_t pack_slot(Storage storage, const Value& value, std::byte* row,
                        std::size_t& variable) {
  if (storage == Storage::integer) return static_cast<std::uint64_t>(value.integer);
  if (storage == Storage::real) return real_slot(value.real);
  if (storage == Storage::numeric && fits_slot(value))
    return static_cast<std::uint64_t>(value.integer) << 8 | std::uint64_t{value.length} << 1 | 1U;
  const std::size_t size = variable_size(storage, value);
  const std::uint64_t slot = std::uint64_t{variable} << 1 | std::uint64_t{size} << 32;
  if (value.form == Value::Form::bytes) {
    if (size != 0) std::memcpy(row + variable, value.data, size);
  } else {
    encode_decimal(value.integer, value.length, reinterpret_cast<char*>(row + variable));
  }
  variable += size;
  return slot;
}

}  // namespace

RowLayout::RowLayout(const Columns& columns) : RowLayout(storages_of(columns)) {}

RowLayout::RowLayout(std::vector<Storage> storages) : storages_(std::move(storages)) {
  const std::size_t more = storages_.size() > 32 ? (storages_.size() - 32 + 63) / 64 : 0;
  slots_begin_ = static_cast<std::uint32_t>(8 + 8 * more);
}

RowBytes pack_row(const RowLayout& layout, std::span<const Value> values, Arena& arena) {
  const std::size_t fixed = layout.slots_begin() + std::size_t{8} * layout.size();
  std::size_t size = fixed;
  for (std::uint32_t column = 0; column < layout.size(); ++column)
    size += variable_size(layout.storage(column), values[column]);
  size = (size + 7) & ~std::size_t{7};
  if (size > 0x7fffffffU) throw std::length_error("a row of a view is larger than 2 GiB");

  std::byte* const row = arena.allocate(size);
  // NULL bits unset. Slots are written one by one; what pads the row at its end is zeroed, since it
  // is hashed and compared.
  std::memset(row, 0, layout.slots_begin());
  const auto size32 = static_cast<std::uint32_t>(size);
  std::memcpy(row, &size32, sizeof size32);
  std::size_t variable = fixed;
  for (std::uint32_t column = 0; column < layout.size(); ++column) {
    std::uint64_t slot = 0;
    if (values[column].is_null())
      set_null(row, column);
    else
      slot = pack_slot(layout.storage(column), values[column], row, variable);
    std::memcpy(row + layout.slots_begin() + std::size_t{8} * column, &slot, sizeof slot);
  }
  if (variable < size) std::memset(row + variable, 0, size - variable);
  return row;
}

RowBytes copy_row(RowBytes row, Arena& arena) {
  const std::uint32_t size = row_size(row);
  std::byte* const copy = arena.allocate(size);
  std::memcpy(copy, row, size);
  return copy;
}

std::uint64_t row_hash(RowBytes row) {
  return XXH3_64bits(row, row_size(row));
}

}  // namespace deltamill
