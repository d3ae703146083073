// Encodes key columns so that their bytes compare as PostgreSQL compares the values: key_bytes.h
// has the layout. The bytes are stored, so a change of any rule here needs a new generation of
// every view whose key it touches.
#include "sinks/key_bytes.h"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>

#include "views/data/big_endian.h"
#include "views/data/character_text.h"
#include "views/data/check.h"
#include "views/data/interval.h"
#include "views/data/numeric.h"

namespace deltamill {

namespace {

constexpr char value_tag = 1;
constexpr char null_tag = 2;

enum class NumericClass : char {
  negative_infinity,
  negative,
  zero,
  positive,
  positive_infinity,
  nan,
};

// The sign bit flipped: two's complement then sorts as unsigned bytes do.
void append_integer(std::int64_t integer, std::string& bytes) {
  append_big_endian(static_cast<std::uint64_t>(integer) ^ std::uint64_t{1} << 63, bytes);
}

void append_real(double real, std::string& bytes) {
  if (std::isnan(real)) return append_big_endian(~std::uint64_t{0}, bytes);
  const auto bits = std::bit_cast<std::uint64_t>(real == 0 ? 0.0 : real);
  // IEEE 754 bits of positive numbers sort as integers, those of negative ones the other way round.
  const bool negative = (bits >> 63) != 0;
  append_big_endian(negative ? ~bits : bits | std::uint64_t{1} << 63, bytes);
}

// A finite numeric: 0.d1d2d3... * 10^exponent, two digits per byte.
void append_finite(std::string_view digits, std::int64_t scale, bool negative, std::string& bytes) {
  const std::size_t first = digits.find_first_not_of('0');
  if (first == std::string_view::npos) {
    bytes += static_cast<char>(NumericClass::zero);
    return;
  }
  // Normalised, so that 1, 1.00 and 10e-1 have one key: no leading zeros in front of the exponent,
  // no trailing ones behind. The exponent decides before the digits do.
  digits.remove_prefix(first);
  const std::int64_t exponent = static_cast<std::int64_t>(digits.size()) - scale;
  digits = digits.substr(0, digits.find_last_not_of('0') + 1);
  bytes += static_cast<char>(negative ? NumericClass::negative : NumericClass::positive);
  const std::size_t begin = bytes.size();
  const auto biased = static_cast<std::uint32_t>(exponent + 0x8000'0000LL);
  append_big_endian(biased, bytes);
  for (std::size_t offset = 0; offset < digits.size(); offset += 2) {
    const int low = offset + 1 < digits.size() ? digits[offset + 1] - '0' : 0;
    // From 1 to 100, so that the end mark 00 sorts before every digit: 1.2 before 1.25.
    bytes += static_cast<char>((digits[offset] - '0') * 10 + low + 1);
  }
  bytes += '\0';
  // Of two negative numbers the one of larger magnitude comes first: exponent, digits and end mark
  // all flipped.
  if (!negative) return;
  for (std::size_t offset = begin; offset < bytes.size(); ++offset)
    bytes[offset] = static_cast<char>(~bytes[offset]);
}

void append_special(Numeric::Class what, std::string& bytes) {
  switch (what) {
    case Numeric::Class::negative_infinity:
      bytes += static_cast<char>(NumericClass::negative_infinity);
      return;
    case Numeric::Class::positive_infinity:
      bytes += static_cast<char>(NumericClass::positive_infinity);
      return;
    case Numeric::Class::nan: bytes += static_cast<char>(NumericClass::nan); return;
    case Numeric::Class::finite: break;
  }
  DM_CHECK(false, "a finite numeric is not special");
}

void append_numeric_key(const Value& value, std::string& bytes) {
  if (value.form == Value::Form::plain) {
    std::array<char, 24> digits;
    const bool negative = value.integer < 0;
    const auto bits = static_cast<std::uint64_t>(value.integer);
    const char* const end =
        std::to_chars(digits.data(), digits.data() + digits.size(), negative ? 0 - bits : bits).ptr;
    const auto size = static_cast<std::size_t>(end - digits.data());
    return append_finite({digits.data(), size}, value.length, negative, bytes);
  }
  const Numeric numeric = Numeric::of_value(value);
  if (!numeric.finite()) return append_special(numeric.classification(), bytes);
  std::string digits = numeric.mantissa().str();
  const bool negative = digits.front() == '-';
  if (negative) digits.erase(0, 1);
  append_finite(digits, numeric.scale(), negative, bytes);
}

// Prefix-free: the end mark 00 00 sorts before any continuation, and a 00 inside is told from it by
// the FF behind. Without it ('a', 'b') and ('ab', '') would be one key.
void append_text_key(std::string_view text, std::string& bytes) {
  for (std::size_t zero = text.find('\0'); zero != std::string_view::npos; zero = text.find('\0')) {
    bytes.append(text.substr(0, zero + 1));
    bytes += '\xff';
    text.remove_prefix(zero + 1);
  }
  bytes.append(text);
  bytes.append(2, '\0');
}

void append_interval_key(const Value& value, std::string& bytes) {
  // As interval_cmp_value(): a month counts as 30 days and a day as 24 hours.
  const Int128 span = Interval::of_value(value).span();
  append_integer(static_cast<std::int64_t>(span >> 64), bytes);
  append_big_endian(static_cast<std::uint64_t>(span), bytes);
}

}  // namespace

void append_key_bytes(const Type& type, const Value& value, std::string& bytes) {
  DM_CHECK(!value.is_null() && type.kind != TypeKind::json && type.kind != TypeKind::jsonb,
           "a key is made of values that have an order");
  switch (storage_of(type.kind)) {
    case Storage::integer: return append_integer(value.integer, bytes);
    case Storage::real: return append_real(value.real, bytes);
    case Storage::numeric: return append_numeric_key(value, bytes);
    case Storage::bytes: break;
  }
  if (type.kind == TypeKind::interval) return append_interval_key(value, bytes);
  if (type.kind == TypeKind::uuid) {
    bytes.append(value.text());
    return;
  }
  if (type.kind == TypeKind::bpchar) return append_text_key(without_padding(value.text()), bytes);
  append_text_key(value.text(), bytes);
}

void append_row_key(const Columns& columns, const RowLayout& layout, RowBytes row,
                    std::span<const std::uint32_t> key, std::string& bytes) {
  for (const std::uint32_t offset : key) {
    const Value value = row_value(layout, row, offset);
    const bool nullable = columns[offset].nullable;
    DM_CHECK(nullable || !value.is_null(), "a key column that cannot be NULL is NULL");
    if (nullable) bytes += value.is_null() ? null_tag : value_tag;
    if (!value.is_null()) append_key_bytes(columns[offset].type, value, bytes);
  }
}

bool has_one_form(const Type& type) {
  switch (type.kind) {
    case TypeKind::float4:
    case TypeKind::float8:
    case TypeKind::numeric:
    case TypeKind::interval: return false;
    // Padded to one length by its modifier, if it has one.
    case TypeKind::bpchar: return type.modifier > 0;
    default: return true;
  }
}

}  // namespace deltamill
