// PostgreSQL's numeric, exact: a decimal with a display scale, NaN and the infinities. What small values cost is
// decided by the plain form of Value (mantissa and scale); this type carries what does not fit and all arithmetic.
// Rules of scale and rounding follow PostgreSQL's numeric.c (select_div_scale, round half away from zero).
#pragma once

#include <boost/multiprecision/cpp_int.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "views/data/arena.h"
#include "views/data/value.h"

namespace deltamill {

using BigInteger = boost::multiprecision::cpp_int;

class Numeric {
 public:
  enum class Class : std::uint8_t { finite, negative_infinity, positive_infinity, nan };

  Numeric() = default;  // 0, scale 0
  Numeric(BigInteger mantissa, std::uint32_t scale);
  [[nodiscard]] static Numeric special(Class what);
  [[nodiscard]] static Numeric of_value(const Value& value);  // REQUIRES: a numeric, not NULL
  [[nodiscard]] static Numeric of_integer(std::int64_t integer);
  // PostgreSQL's float8_numeric and float4_numeric: 15 and 6 significant digits.
  [[nodiscard]] static Numeric of_real(double real, int significant_digits);
  // PostgreSQL's numeric_in without a modifier: sign, digits, point, exponent, NaN, [+-]Infinity, blanks around.
  [[nodiscard]] static std::optional<Numeric> parse(std::string_view text);

  // As a value; bytes go into the arena when the plain form does not hold it (|mantissa| >= 2^63 or special).
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
  // numeric(precision, scale): rounds; nothing = numeric field overflow. `modifier` is an atttypmod.
  [[nodiscard]] std::optional<Numeric> fit(std::int32_t modifier) const;

  // Rounded to an integer; nothing = out of range, NaN or infinite.
  [[nodiscard]] std::optional<std::int64_t> to_integer() const;
  [[nodiscard]] double to_real() const;

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

// Encoding of a numeric as bytes: tag (Class), u16 scale, then sign byte and big-endian magnitude. Deterministic: one
// encoding per (mantissa, scale). A plain value that does not fit a row's slot takes encoded_decimal_bytes.
inline constexpr std::size_t encoded_decimal_bytes = 12;
void encode_decimal(std::int64_t mantissa, std::uint32_t scale, char* target);

}  // namespace deltamill
