// Bytes whose memcmp order and equality are PostgreSQL's order and equality of the values, NULLs
// last and equal to each other. Deterministic across versions of ours: they are stored. Enums go by
// label, not by the order of their labels.
//
//   a nullable column: 01 value, 02 = NULL; a column that cannot be NULL: value
//   integers, boolean, date, time, timestamps   8 bytes big-endian, sign flipped
//   real                                        8 bytes, total order, -0 = 0, one NaN, the greatest
//   numeric                                     class, exponent, digits without trailing zeros,
//   end; negatives inverted interval                                    16 bytes big-endian, sign
//   flipped: its span uuid                                        its 16 bytes text kinds, bytea 00
//   -> 00 FF, end 00 00; char(n) without trailing blanks
#pragma once

#include <span>
#include <string>

#include "views/data/row.h"
#include "views/data/schema.h"

namespace deltamill {

// Appends one value. REQUIRES: not NULL, not json or jsonb (they have no equality).
void append_key_bytes(const Type& type, const Value& value, std::string& bytes);

// Appends the key of a row.
void append_row_key(const Columns& columns, const RowLayout& layout, RowBytes row,
                    std::span<const std::uint32_t> key, std::string& bytes);

// Whether equal values of the type always have one representation, so that a key can be kept as its
// stored form.
[[nodiscard]] bool has_one_form(const Type& type);

}  // namespace deltamill
