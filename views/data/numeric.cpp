// Computes with decimals after PostgreSQL's numeric.c, on a binary mantissa instead of base-10000
// digits: those matter in one place only, the scale of a quotient (division_scale). Text:
// numeric_text.cpp. Bytes and values: numeric_storage.cpp.
#include "views/data/numeric.h"

#include <algorithm>
#include <limits>

#include "views/data/big_decimal.h"
#include "views/data/type_modifier.h"

namespace deltamill {

namespace {

constexpr std::int32_t round_scale_max = 2000;     // NUMERIC_MAX_RESULT_SCALE
constexpr std::int64_t quotient_digits_min = 16;   // NUMERIC_MIN_SIG_DIGITS
constexpr std::int64_t quotient_scale_max = 1000;  // NUMERIC_MAX_DISPLAY_SCALE

std::int64_t floor_quotient(std::int64_t dividend, std::int64_t divisor) {
  const std::int64_t quotient = dividend / divisor;
  return dividend % divisor < 0 ? quotient - 1 : quotient;
}

// The leading base-10000 digit as numeric.c would hold it, and its place.
struct LeadingDigit {
  std::int64_t weight = 0;
  std::int64_t digit = 0;
};

LeadingDigit leading_digit(const Numeric& number) {
  if (number.is_zero()) return {};
  const BigInteger magnitude = abs(number.mantissa());
  const std::int64_t digits = digit_count(magnitude);
  const std::int64_t exponent = digits - 1 - std::int64_t{number.scale()};
  LeadingDigit leading;
  leading.weight = floor_quotient(exponent, 4);
  const std::int64_t wanted = exponent - 4 * leading.weight + 1;  // 1..4 decimal digits
  if (digits >= wanted)
    leading.digit = static_cast<std::int64_t>(
        magnitude / power_of_ten(static_cast<std::uint32_t>(digits - wanted)));
  else
    leading.digit = static_cast<std::int64_t>(magnitude) *
                    powers_of_ten[static_cast<std::size_t>(wanted - digits)];
  return leading;
}

// select_div_scale: at least 16 significant digits and no fewer fraction digits than either
// operand.
std::uint32_t division_scale(const Numeric& dividend, const Numeric& divisor) {
  const LeadingDigit above = leading_digit(dividend);
  const LeadingDigit below = leading_digit(divisor);
  std::int64_t weight = above.weight - below.weight;
  if (above.digit <= below.digit) --weight;
  const std::int64_t scale =
      std::max({quotient_digits_min - weight * 4, std::int64_t{dividend.scale()},
                std::int64_t{divisor.scale()}, std::int64_t{0}});
  return static_cast<std::uint32_t>(std::min(scale, quotient_scale_max));
}

Numeric not_a_number() {
  return Numeric::special(Numeric::Class::nan);
}

}  // namespace

Numeric::Numeric(BigInteger mantissa, std::uint32_t scale)
    : mantissa_(std::move(mantissa)), scale_(scale) {}

Numeric Numeric::special(Class what) {
  Numeric number;
  number.class_ = what;
  return number;
}

Numeric Numeric::infinity(int sign) {
  return special(sign < 0 ? Class::negative_infinity : Class::positive_infinity);
}

Numeric Numeric::of_integer(std::int64_t integer) {
  return Numeric(integer, 0);
}

int Numeric::sign() const {
  switch (class_) {
    case Class::nan: return 0;
    case Class::positive_infinity: return 1;
    case Class::negative_infinity: return -1;
    case Class::finite: break;
  }
  return mantissa_.sign();
}

Numeric Numeric::round(std::int32_t scale) const {
  if (!finite()) return *this;
  scale = std::clamp(scale, -round_scale_max, round_scale_max);
  const std::int64_t dropped = std::int64_t{scale_} - scale;
  const auto shown = static_cast<std::uint32_t>(std::max(scale, 0));
  if (dropped <= 0)
    return Numeric(mantissa_ * power_of_ten(static_cast<std::uint32_t>(-dropped)), shown);
  BigInteger rounded =
      rounded_quotient(mantissa_, power_of_ten(static_cast<std::uint32_t>(dropped)));
  if (scale < 0) rounded *= power_of_ten(static_cast<std::uint32_t>(-scale));
  return Numeric(std::move(rounded), shown);
}

Numeric Numeric::truncate(std::int32_t scale) const {
  if (!finite()) return *this;
  scale = std::clamp(scale, -round_scale_max, round_scale_max);
  const std::int64_t dropped = std::int64_t{scale_} - scale;
  const auto shown = static_cast<std::uint32_t>(std::max(scale, 0));
  if (dropped <= 0)
    return Numeric(mantissa_ * power_of_ten(static_cast<std::uint32_t>(-dropped)), shown);
  BigInteger cut = mantissa_ / power_of_ten(static_cast<std::uint32_t>(dropped));
  if (scale < 0) cut *= power_of_ten(static_cast<std::uint32_t>(-scale));
  return Numeric(std::move(cut), shown);
}

Numeric Numeric::floor() const {
  Numeric cut = truncate(0);
  if (finite() && mantissa_ < 0 && compare(cut, *this) != 0) --cut.mantissa_;
  return cut;
}

Numeric Numeric::ceil() const {
  Numeric cut = truncate(0);
  if (finite() && mantissa_ > 0 && compare(cut, *this) != 0) ++cut.mantissa_;
  return cut;
}

Numeric Numeric::abs() const {
  return sign() < 0 ? negate() : *this;
}

Numeric Numeric::negate() const {
  if (is_nan()) return *this;
  if (!finite()) return infinity(-sign());
  return Numeric(-mantissa_, scale_);
}

Numeric Numeric::trim_scale() const {
  if (!finite() || scale_ == 0) return *this;
  if (mantissa_ == 0) return Numeric();
  Numeric trimmed = *this;
  while (trimmed.scale_ > 0 && trimmed.mantissa_ % 10 == 0) {
    trimmed.mantissa_ /= 10;
    --trimmed.scale_;
  }
  return trimmed;
}

std::optional<Numeric> Numeric::fit(std::int32_t modifier) const {
  if (modifier < 0 || is_nan()) return *this;
  if (!finite()) return std::nullopt;
  const NumericPrecision precision = numeric_precision(modifier);
  Numeric rounded = round(precision.scale);
  // Of a negative scale the zeros before the point count too: numeric(2,-3) has 5 digits.
  const std::int64_t digits_max = std::int64_t{precision.digits} - precision.scale + rounded.scale_;
  if (digit_count(boost::multiprecision::abs(rounded.mantissa_)) >
      std::max<std::int64_t>(digits_max, 0))
    return std::nullopt;
  return rounded;
}

std::optional<std::int64_t> Numeric::to_integer() const {
  if (!finite()) return std::nullopt;
  const BigInteger rounded = scale_ == 0 ? mantissa_ : round(0).mantissa_;
  if (rounded > std::numeric_limits<std::int64_t>::max() ||
      rounded < std::numeric_limits<std::int64_t>::min())
    return std::nullopt;
  return static_cast<std::int64_t>(rounded);
}

bool Numeric::fits_format() const {
  if (!finite() || scale_ > numeric_scale_max) return !finite();
  return digit_count(boost::multiprecision::abs(mantissa_)) - std::int64_t{scale_} <=
         whole_digits_max;
}

int Numeric::compare(const Numeric& left, const Numeric& right) {
  const auto rank = [](const Numeric& number) {
    switch (number.class_) {
      case Class::negative_infinity: return 0;
      case Class::finite: return 1;
      case Class::positive_infinity: return 2;
      case Class::nan: return 3;
    }
    return 3;
  };
  if (!left.finite() || !right.finite())
    return rank(left) < rank(right) ? -1 : static_cast<int>(rank(left) > rank(right));
  // Spares the multiplication below where signs decide.
  if (left.mantissa_.sign() != right.mantissa_.sign())
    return left.mantissa_.sign() < right.mantissa_.sign() ? -1 : 1;
  int order = 0;
  if (left.scale_ < right.scale_)
    order = BigInteger(left.mantissa_ * power_of_ten(right.scale_ - left.scale_))
                .compare(right.mantissa_);
  else
    order = left.mantissa_.compare(
        BigInteger(right.mantissa_ * power_of_ten(left.scale_ - right.scale_)));
  return order < 0 ? -1 : static_cast<int>(order > 0);
}

// The scale of a sum is the larger of the two (add_var). Infinity less infinity is NaN.
Numeric operator+(const Numeric& left, const Numeric& right) {
  if (left.is_nan() || right.is_nan()) return not_a_number();
  if (!left.finite() || !right.finite()) {
    if (left.finite()) return right;
    if (right.finite() || left.class_ == right.class_) return left;
    return not_a_number();
  }
  if (left.scale_ == right.scale_) return Numeric(left.mantissa_ + right.mantissa_, left.scale_);
  if (left.scale_ < right.scale_)
    return Numeric(left.mantissa_ * power_of_ten(right.scale_ - left.scale_) + right.mantissa_,
                   right.scale_);
  return Numeric(left.mantissa_ + right.mantissa_ * power_of_ten(left.scale_ - right.scale_),
                 left.scale_);
}

Numeric operator-(const Numeric& left, const Numeric& right) {
  return left + right.negate();
}

Numeric operator*(const Numeric& left, const Numeric& right) {
  if (left.is_nan() || right.is_nan()) return not_a_number();
  if (!left.finite() || !right.finite()) {
    const int sign = left.sign() * right.sign();
    return sign == 0 ? not_a_number() : Numeric::infinity(sign);
  }
  // Exact: the scale of a product is the sum of the scales (numeric_mul_opt_error).
  Numeric product(left.mantissa_ * right.mantissa_, left.scale_ + right.scale_);
  // Beyond the largest scale PostgreSQL rounds, instead of refusing.
  if (product.scale_ <= numeric_scale_max) return product;
  const BigInteger dropped = power_of_ten(product.scale_ - numeric_scale_max);
  return Numeric(rounded_quotient(product.mantissa_, dropped), numeric_scale_max);
}

std::optional<Numeric> Numeric::divide(const Numeric& left, const Numeric& right) {
  if (left.is_nan() || right.is_nan()) return not_a_number();
  if (right.is_zero()) return std::nullopt;
  if (!left.finite()) return right.finite() ? infinity(left.sign() * right.sign()) : not_a_number();
  if (!right.finite()) return Numeric();
  // mantissa_l / mantissa_r, both shifted so that the quotient has its scale.
  const std::uint32_t scale = division_scale(left, right);
  const std::int64_t shift =
      std::int64_t{scale} - std::int64_t{left.scale_} + std::int64_t{right.scale_};
  const BigInteger power = power_of_ten(static_cast<std::uint32_t>(std::abs(shift)));
  return shift >= 0 ? Numeric(rounded_quotient(left.mantissa_ * power, right.mantissa_), scale)
                    : Numeric(rounded_quotient(left.mantissa_, right.mantissa_ * power), scale);
}

std::optional<Numeric> Numeric::modulo(const Numeric& left, const Numeric& right) {
  if (left.is_nan() || right.is_nan()) return not_a_number();
  if (right.is_zero()) return std::nullopt;
  if (!left.finite()) return not_a_number();
  // numeric_mod(): a finite number is its own remainder of an infinity.
  if (!right.finite()) return left;
  const std::uint32_t scale = std::max(left.scale_, right.scale_);
  const BigInteger dividend = left.mantissa_ * power_of_ten(scale - left.scale_);
  const BigInteger divisor = right.mantissa_ * power_of_ten(scale - right.scale_);
  return Numeric(dividend % divisor, scale);
}

std::optional<Numeric> Numeric::div_truncating(const Numeric& left, const Numeric& right) {
  if (left.is_nan() || right.is_nan()) return not_a_number();
  if (right.is_zero()) return std::nullopt;
  if (!left.finite()) return right.finite() ? infinity(left.sign() * right.sign()) : not_a_number();
  if (!right.finite()) return Numeric();
  const std::uint32_t scale = std::max(left.scale_, right.scale_);
  const BigInteger dividend = left.mantissa_ * power_of_ten(scale - left.scale_);
  const BigInteger divisor = right.mantissa_ * power_of_ten(scale - right.scale_);
  return Numeric(dividend / divisor, 0);
}

}  // namespace deltamill
