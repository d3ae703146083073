// Bytes whose memcmp order and equality are PostgreSQL's order and equality of the values, NULLs
// last and equal to each other. Deterministic across versions of ours: they are stored. Enums go by
// label, not by the order of their labels.
//
//   column          bytes
//   --------------  ------------------------------------------------------------------------------
//   nullable        01 and the value, or 02 for NULL
//   not nullable    the value
//
//   value of        bytes
//   --------------  ------------------------------------------------------------------------------
//   integers, dates, times, timestamps, boolean
//                   8, big-endian, sign flipped
//   floats          8, big-endian: sign set if positive, else all bits flipped; -0 as 0; one NaN,
//                   all bits set, the greatest
//   numeric         1 class: 00 -Infinity, 01 negative, 02 zero, 03 positive, 04 Infinity, 05 NaN;
//                   of 01 and 03 then, all flipped for 01:
//                     4 exponent of 0.d1d2d3… * 10^exponent, big-endian, plus 2^31
//                     1 per two digits d1d2, d3d4, …: their number plus 1; no trailing zeros
//                     1 end, 00
//   interval        16, its span in microseconds, big-endian, sign flipped
//   uuid            16, itself
//   text, bytea     itself with FF behind every 00, then 00 00; char(n) without trailing blanks
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
