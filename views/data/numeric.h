// PostgreSQL's numeric, exact: a decimal with a display scale, NaN and the infinities. What small
// values cost is decided by the plain form of Value (mantissa and scale); this type carries what
// does not fit and all arithmetic. Rules of scale and rounding follow PostgreSQL's numeric.c
// (select_div_scale, round half away from zero).
//
// numeric.cpp          arithmetic
// numeric_text.cpp     text and floats
// numeric_storage.cpp  bytes and values
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "views/data/arena.h"
#include "views/data/big_decimal.h"
#include "views/data/value.h"

namespace deltamill {

class Numeric {
 public:
  enum class Class : std::uint8_t { finite, negative_infinity, positive_infinity, nan };

  Numeric() = default;  // 0, scale 0
  Numeric(BigInteger mantissa, std::uint32_t scale);
  [[nodiscard]] static Numeric special(Class what);
  [[nodiscard]] static Numeric infinity(int sign);            // negative for a sign below 0
  [[nodiscard]] static Numeric of_value(const Value& value);  // REQUIRES: a numeric, not NULL
  [[nodiscard]] static Numeric of_integer(std::int64_t integer);
  // PostgreSQL's float8_numeric and float4_numeric: 15 and 6 significant digits.
  [[nodiscard]] static Numeric of_real(double real, int significant_digits);
  // PostgreSQL's numeric_in without a modifier: sign, digits, point, exponent, NaN, [+-]Infinity,
  // blanks around.
  [[nodiscard]] static std::optional<Numeric> parse(std::string_view text);

  // As a value; bytes go into the arena when the plain form does not hold it (|mantissa| >= 2^63 or
  // special).
  [[nodiscard]] Value to_value(Arena& arena) const;
  [[nodiscard]] std::string to_string() const;
  void append_to(std::string& text) const;

  [[nodiscard]] Class classification() const { return class_; }
  [[nodiscard]] bool finite() const { return class_ == Class::finite; }
  [[nodiscard]] bool is_nan() const { return class_ == Class::nan; }
  [[nodiscard]] bool is_zero() const { return finite() && mantissa_ == 0; }
  [[nodiscard]] int sign() const;  // -1, 0, 1; NaN: 0
  [[nodiscard]] std::uint32_t scale() const { return scale_; }
  [[nodiscard]] const BigInteger& mantissa() const { return mantissa_; }

  // Rounded half away from zero (round) or cut (trunc) to `scale` digits, which may be negative.
  [[nodiscard]] Numeric round(std::int32_t scale) const;
  [[nodiscard]] Numeric truncate(std::int32_t scale) const;
  [[nodiscard]] Numeric floor() const;
  [[nodiscard]] Numeric ceil() const;
  [[nodiscard]] Numeric abs() const;
  [[nodiscard]] Numeric negate() const;
  // Without trailing zeros in the fraction: the canonical form for hashing.
  [[nodiscard]] Numeric trim_scale() const;
  // numeric(precision, scale): rounds; nothing = numeric field overflow. `modifier` is an
  // atttypmod.
  [[nodiscard]] std::optional<Numeric> fit(std::int32_t modifier) const;

  // Rounded to an integer; nothing = out of range, NaN or infinite.
  [[nodiscard]] std::optional<std::int64_t> to_integer() const;
  // Nearest double or float; beyond its range ±infinity or 0, which PostgreSQL refuses ("out of
  // range").
  [[nodiscard]] double to_real() const;
  [[nodiscard]] float to_real4() const;
  // False: PostgreSQL refuses the value ("value overflows numeric format"), more than 131072 digits
  // before the point.
  [[nodiscard]] bool fits_format() const;

  [[nodiscard]] static int compare(const Numeric& left, const Numeric& right);
  friend Numeric operator+(const Numeric& left, const Numeric& right);
  friend Numeric operator-(const Numeric& left, const Numeric& right);
  friend Numeric operator*(const Numeric& left, const Numeric& right);
  // nothing = division by zero.
  [[nodiscard]] static std::optional<Numeric> divide(const Numeric& left, const Numeric& right);
  [[nodiscard]] static std::optional<Numeric> modulo(const Numeric& left, const Numeric& right);
  [[nodiscard]] static std::optional<Numeric> div_truncating(const Numeric& left,
                                                             const Numeric& right);

 private:
  BigInteger mantissa_;
  std::uint32_t scale_ = 0;
  Class class_ = Class::finite;
};

Numeric operator+(const Numeric& left, const Numeric& right);
Numeric operator-(const Numeric& left, const Numeric& right);
Numeric operator*(const Numeric& left, const Numeric& right);

// A numeric as bytes, one encoding per (mantissa, scale):
//
//   Class[1]                                               NaN and the infinities
//   Class[1] scale[2] sign[1] magnitude[8 and more]        finite; big-endian, sign 1 = negative
//
// A plain value that does not fit a row's slot takes encoded_decimal_bytes.
inline constexpr std::size_t encoded_decimal_bytes = 12;
void encode_decimal(std::int64_t mantissa, std::uint32_t scale, char* target);

inline constexpr std::uint32_t numeric_scale_max = 16383;

// Arithmetic on numeric values, neither NULL. The plain form, which is nearly all there is, is
// computed inline without allocation; what overflows it goes through Numeric.

// Brings a value into plain form, also from the 12 bytes of a row. False: it does not fit.
[[nodiscard]] bool decode_plain(const Value& value, Value& plain);
[[nodiscard]] inline bool to_plain(const Value& value, Value& plain) {
  if (value.form == Value::Form::plain) [[likely]] {
    plain = value;
    return true;
  }
  return decode_plain(value, plain);
}

// Makes the scales of two plain values equal by raising the smaller. False: overflow.
[[nodiscard]] inline bool align_plain(Value& left, Value& right) {
  if (left.length == right.length) return true;
  Value& lower = left.length < right.length ? left : right;
  const std::uint32_t scale = left.length < right.length ? right.length : left.length;
  const std::uint32_t digits = scale - lower.length;
  lower.length = scale;
  return digits < powers_of_ten.size() &&
         !__builtin_mul_overflow(lower.integer, powers_of_ten[digits], &lower.integer);
}

// On plain values. False: the result does not fit the plain form.
[[nodiscard]] inline bool add_plain(Value left, Value right, Value& sum) {
  if (!align_plain(left, right)) return false;
  sum = left;
  return !__builtin_add_overflow(left.integer, right.integer, &sum.integer);
}
[[nodiscard]] inline bool subtract_plain(Value left, Value right, Value& difference) {
  if (!align_plain(left, right)) return false;
  difference = left;
  return !__builtin_sub_overflow(left.integer, right.integer, &difference.integer);
}
[[nodiscard]] inline bool multiply_plain(const Value& left, const Value& right, Value& product) {
  std::int64_t mantissa;
  if (__builtin_mul_overflow(left.integer, right.integer, &mantissa)) return false;
  const std::uint32_t scale = left.length + right.length;
  product = Value::of_decimal(mantissa, scale);
  return scale <= numeric_scale_max;
}

// Does the common case hold, two plain values? Then nothing is copied.
[[nodiscard]] inline bool both_plain(const Value& left, const Value& right) {
  return left.form == Value::Form::plain && right.form == Value::Form::plain;
}

// PostgreSQL's + - * on any two numeric values.
[[nodiscard]] Value add_numerics_slow(const Value& left, const Value& right, Arena& arena);
[[nodiscard]] Value subtract_numerics_slow(const Value& left, const Value& right, Arena& arena);
[[nodiscard]] Value multiply_numerics_slow(const Value& left, const Value& right, Arena& arena);

[[nodiscard]] inline Value add_numerics(const Value& left, const Value& right, Arena& arena) {
  std::int64_t sum;
  if (both_plain(left, right) && left.length == right.length &&
      !__builtin_add_overflow(left.integer, right.integer, &sum)) [[likely]]
    return Value::of_decimal(sum, left.length);
  return add_numerics_slow(left, right, arena);
}
[[nodiscard]] inline Value subtract_numerics(const Value& left, const Value& right, Arena& arena) {
  std::int64_t difference;
  if (both_plain(left, right) && left.length == right.length &&
      !__builtin_sub_overflow(left.integer, right.integer, &difference)) [[likely]]
    return Value::of_decimal(difference, left.length);
  return subtract_numerics_slow(left, right, arena);
}
[[nodiscard]] inline Value multiply_numerics(const Value& left, const Value& right, Arena& arena) {
  Value product;
  if (both_plain(left, right) && multiply_plain(left, right, product)) [[likely]]
    return product;
  return multiply_numerics_slow(left, right, arena);
}

// Order of two numeric values: -1, 0, 1; NaN = NaN and greatest.
[[nodiscard]] int compare_numerics_slow(const Value& left, const Value& right);
[[nodiscard]] inline int compare_numerics(const Value& left, const Value& right) {
  if (both_plain(left, right) && left.length == right.length) [[likely]]
    return left.integer < right.integer ? -1 : static_cast<int>(left.integer > right.integer);
  return compare_numerics_slow(left, right);
}

// Equal values of any scale have one hash.
[[nodiscard]] std::uint64_t hash_numeric(const Value& value);
// The display scale; 0 for NaN and the infinities.
[[nodiscard]] std::uint32_t numeric_scale(const Value& value);

// numeric_in with a modifier (-1 = none); nothing = no numeric, or it overflows the format or the
// modifier.
[[nodiscard]] std::optional<Value> parse_numeric(std::string_view text, std::int32_t modifier,
                                                 Arena& arena);
void append_numeric(const Value& value, std::string& text);

}  // namespace deltamill
