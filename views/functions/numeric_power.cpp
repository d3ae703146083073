// exp, ln, log and power of numeric. The scale of each result follows numeric.c; its digits are
// computed in binary fixed point with guard bits and rounded once, half away from zero, where
// numeric.c carries at least eight guard digits: the two agree but for results within 10^-8 of a
// tie.
#include <algorithm>
#include <cmath>
#include <limits>

#include "views/functions/numeric_math.h"

namespace deltamill {

namespace {

constexpr std::string_view overflow = "value overflows numeric format";
constexpr std::string_view logarithm_of_zero = "cannot take logarithm of zero";
constexpr std::string_view logarithm_of_negative = "cannot take logarithm of a negative number";
constexpr double log10_of_e = 0.434294481903252;
constexpr double exponent_max = 6000;  // of e, beyond which a result is 0 or an overflow
constexpr std::int64_t display_scale_max = 1000;
constexpr std::int64_t wide_exponent_max = 32767;

BigInteger power_of_ten(std::int64_t exponent) {
  return boost::multiprecision::pow(BigInteger(10), static_cast<unsigned>(exponent));
}

// A finite decimal of any scale.
struct Decimal {
  BigInteger mantissa;
  std::int64_t scale = 0;
};

Decimal decimal_of(const Numeric& numeric) {
  return {numeric.mantissa(), std::int64_t{numeric.scale()}};
}

Numeric numeric_of(const Decimal& decimal) {
  return Numeric(decimal.mantissa, static_cast<std::uint32_t>(decimal.scale));
}

Decimal rounded(const Decimal& decimal, std::int64_t scale) {
  const std::int64_t dropped = decimal.scale - scale;
  if (dropped <= 0) return {decimal.mantissa * power_of_ten(-dropped), scale};
  return {rounded_quotient(decimal.mantissa, power_of_ten(dropped)), scale};
}

Decimal multiplied(const Decimal& left, const Decimal& right, std::int64_t scale) {
  return rounded({left.mantissa * right.mantissa, left.scale + right.scale}, scale);
}

Decimal divided(const Decimal& left, const Decimal& right, std::int64_t scale) {
  const std::int64_t shift = scale - left.scale + right.scale;
  const BigInteger power = power_of_ten(std::abs(shift));
  return shift >= 0 ? Decimal{rounded_quotient(left.mantissa * power, right.mantissa), scale}
                    : Decimal{rounded_quotient(left.mantissa, right.mantissa * power), scale};
}

// Fixed point with `bits` fraction bits. Every operation errs by a few units of the last bit;
// guard_bits absorb them.
constexpr unsigned guard_bits = 96;

unsigned bits_for(std::int64_t decimal_digits) {
  return static_cast<unsigned>(std::max<std::int64_t>(decimal_digits, 0) * 3322 / 1000) +
         guard_bits;
}

BigInteger to_fixed(const Decimal& decimal, unsigned bits) {
  return (decimal.mantissa << bits) / power_of_ten(decimal.scale);
}

Decimal to_decimal(const BigInteger& fixed, unsigned bits, std::int64_t scale) {
  return {rounded_quotient(fixed * power_of_ten(scale), BigInteger(1) << bits), scale};
}

// 2 * artanh(above / below) for |above / below| <= 1/3.
BigInteger twice_artanh(const BigInteger& above, const BigInteger& below, unsigned bits) {
  BigInteger term = (above << bits) / below;
  const BigInteger square = (term * term) >> bits;
  BigInteger sum = term;
  for (unsigned divisor = 3; term != 0; divisor += 2) {
    term = (term * square) / (BigInteger(1) << bits);
    sum += term / divisor;
  }
  return 2 * sum;
}

BigInteger ln_of_two(unsigned bits) {
  return twice_artanh(1, 3, bits);
}

// ln(x) to `scale` digits. REQUIRES: x > 0.
Decimal ln_to_scale(const Decimal& x, std::int64_t scale) {
  const unsigned bits = bits_for(scale + 8);
  const BigInteger power = power_of_ten(x.scale);
  // x = 2^shift * y with y within 2/3 .. 4/3.
  auto shift = static_cast<std::int64_t>(msb(x.mantissa)) - static_cast<std::int64_t>(msb(power));
  BigInteger above = x.mantissa;
  BigInteger below = power;
  if (shift > 0) below <<= static_cast<unsigned>(shift);
  if (shift < 0) above <<= static_cast<unsigned>(-shift);
  if (3 * above > 4 * below) {
    below <<= 1;
    ++shift;
  }
  if (3 * above < 2 * below) {
    above <<= 1;
    --shift;
  }
  // ln(x) = shift · ln 2 + ln y, and ln y = 2 artanh((y − 1) / (y + 1)): with y near 1 each term
  // adds a digit or more.
  const BigInteger ln_y = twice_artanh(above - below, above + below, bits);
  return to_decimal(ln_y + shift * ln_of_two(bits), bits, scale);
}

// e^x to `scale` digits. REQUIRES: |x| < 6000.
Decimal exp_to_scale(const Decimal& x, std::int64_t scale) {
  const double estimate = numeric_of(x).to_real();
  const auto exponent = static_cast<std::int64_t>(estimate * log10_of_e);
  const unsigned bits = bits_for(scale + std::max<std::int64_t>(exponent, 0) + 8);
  constexpr unsigned halvings = 16;
  const BigInteger fixed = to_fixed(x, bits);
  const BigInteger ln_two = ln_of_two(bits);
  const auto doublings = static_cast<std::int64_t>(std::llround(estimate / 0.6931471805599453));
  // e^x = 2^doublings · (e^rest)^(2^halvings): rest is so small that the series needs few terms,
  // and squaring 16 times costs 16 bits of the guard.
  const BigInteger rest = (fixed - doublings * ln_two) / (BigInteger(1) << halvings);
  BigInteger term = BigInteger(1) << bits;
  BigInteger sum = term;
  for (unsigned divisor = 1; term != 0; ++divisor) {
    term = (term * rest) / (BigInteger(1) << bits) / divisor;
    sum += term;
  }
  for (unsigned i = 0; i < halvings; ++i) sum = (sum * sum) >> bits;
  if (doublings >= 0)
    sum <<= static_cast<unsigned>(doublings);
  else
    sum >>= static_cast<unsigned>(-doublings);
  return to_decimal(sum, bits, scale);
}

// About log10(|ln(x)|), as numeric.c estimates it. REQUIRES: x > 0.
std::int64_t estimate_ln_exponent(const Numeric& x) {
  const Numeric one = Numeric::of_integer(1);
  const Numeric tenth = Numeric(1, 1);
  const bool near_one =
      Numeric::compare(x, one - tenth) >= 0 && Numeric::compare(x, one + tenth) <= 0;
  if (near_one) return decimal_exponent(x - one);
  // The two leading digits of base 10000.
  const std::int64_t unit = 4 * (wide_exponent(x) - 1);
  const std::int64_t shift = unit + std::int64_t{x.scale()};
  const BigInteger leading = shift >= 0 ? BigInteger(x.mantissa() / power_of_ten(shift))
                                        : BigInteger(x.mantissa() * power_of_ten(-shift));
  const double logarithm =
      std::log(static_cast<double>(leading)) + static_cast<double>(unit) * 2.302585092994046;
  return static_cast<std::int64_t>(std::log10(std::fabs(logarithm)));
}

Value nan_result(CallContext& context) {
  return Numeric::special(Numeric::Class::nan).to_value(context.arena);
}

Value infinity_result(int sign, CallContext& context) {
  const auto what =
      sign < 0 ? Numeric::Class::negative_infinity : Numeric::Class::positive_infinity;
  return Numeric::special(what).to_value(context.arena);
}

Value zero_result(std::int64_t scale) {
  return Value::of_decimal(0, static_cast<std::uint32_t>(scale));
}

Value exp_result(const Decimal& x, std::int64_t scale, CallContext& context) {
  const double estimate = numeric_of(x).to_real();
  if (estimate >= exponent_max) return context.fail(overflow);
  if (estimate <= -exponent_max) return zero_result(scale);
  return numeric_result(numeric_of(exp_to_scale(x, scale)), context);
}

Value exponential(const Value* arguments, CallContext& context) {
  const Numeric x = Numeric::of_value(arguments[0]);
  if (!x.finite()) return x.sign() < 0 ? zero_result(0) : arguments[0];
  // The decimal weight of the result as numeric_exp() estimates it, from which its scale follows.
  const double exponent = std::clamp(x.to_real() * log10_of_e, -2000.0, 2000.0);
  const std::int64_t scale = result_scale(static_cast<std::int64_t>(exponent), x.scale());
  return exp_result(decimal_of(x), scale, context);
}

// The error of a logarithm's argument, or nothing.
std::string_view logarithm_error(const Numeric& x) {
  if (x.is_zero()) return logarithm_of_zero;
  return x.sign() < 0 ? logarithm_of_negative : std::string_view();
}

Value natural_logarithm(const Value* arguments, CallContext& context) {
  const Numeric x = Numeric::of_value(arguments[0]);
  if (const std::string_view error = logarithm_error(x); !error.empty()) return context.fail(error);
  if (!x.finite()) return arguments[0];
  const std::int64_t scale = result_scale(estimate_ln_exponent(x), x.scale());
  return numeric_result(numeric_of(ln_to_scale(decimal_of(x), scale)), context);
}

Value log_of_special(const Numeric& base, const Numeric& x, CallContext& context) {
  if (base.is_nan() || x.is_nan()) return nan_result(context);
  if (base.sign() < 0 || x.sign() < 0) return context.fail(logarithm_of_negative);
  if (base.is_zero() || x.is_zero()) return context.fail(logarithm_of_zero);
  if (base.finite()) return infinity_result(1, context);
  return x.finite() ? zero_result(0) : nan_result(context);
}

Value log_with_base(const Numeric& base, const Numeric& x, CallContext& context) {
  if (!base.finite() || !x.finite()) return log_of_special(base, x, context);
  for (const Numeric* const argument : {&base, &x})
    if (const std::string_view error = logarithm_error(*argument); !error.empty())
      return context.fail(error);
  const std::int64_t base_exponent = estimate_ln_exponent(base);
  const std::int64_t x_exponent = estimate_ln_exponent(x);
  const std::int64_t exponent = x_exponent - base_exponent;
  const std::int64_t scale = result_scale(exponent, std::max(base.scale(), x.scale()));
  // Each logarithm to as many digits as the quotient needs, after log_var().
  const std::int64_t digits = scale + exponent + 8;
  const Decimal ln_base =
      ln_to_scale(decimal_of(base), std::max<std::int64_t>(digits - base_exponent, 0));
  const Decimal ln_x = ln_to_scale(decimal_of(x), std::max<std::int64_t>(digits - x_exponent, 0));
  if (ln_base.mantissa == 0) return context.fail("division by zero");
  return numeric_result(numeric_of(divided(ln_x, ln_base, scale)), context);
}

Value logarithm(const Value* arguments, CallContext& context) {
  return log_with_base(Numeric::of_value(arguments[0]), Numeric::of_value(arguments[1]), context);
}

Value decimal_logarithm(const Value* arguments, CallContext& context) {
  return log_with_base(Numeric::of_integer(10), Numeric::of_value(arguments[0]), context);
}

bool is_integral(const Numeric& numeric) {
  return !numeric.finite() || numeric.trim_scale().scale() == 0;
}

bool is_odd(const Numeric& integral) {
  return integral.finite() && (integral.trim_scale().mantissa() % 2) != 0;
}

// Power with NaN or an infinity among the operands, after POSIX pow().
Value power_of_special(const Numeric& base, const Numeric& exponent, CallContext& context) {
  const Numeric one = Numeric::of_integer(1);
  const bool base_is_one = Numeric::compare(base, one) == 0;
  const Value one_result = Value::of_decimal(1, 0);
  if (base.is_nan()) return exponent.is_zero() ? one_result : nan_result(context);
  if (exponent.is_nan()) return base_is_one ? one_result : nan_result(context);
  if (base.is_zero() && exponent.sign() < 0)
    return context.fail("zero raised to a negative power is undefined");
  if (base.sign() < 0 && !is_integral(exponent))
    return context.fail("a negative number raised to a non-integer power yields a complex result");
  if (base_is_one || exponent.is_zero()) return one_result;
  if (base.is_zero()) return zero_result(0);
  if (!exponent.finite()) {
    const int size = base.finite() ? Numeric::compare(base.abs(), one) : 1;
    if (size == 0) return one_result;
    return (size > 0) == (exponent.sign() > 0) ? infinity_result(1, context) : zero_result(0);
  }
  if (exponent.sign() < 0) return zero_result(0);
  return infinity_result(base.sign() < 0 && is_odd(exponent) ? -1 : 1, context);
}

// About log10(|x|). REQUIRES: x is not 0.
double log10_of(const Numeric& x) {
  const std::int64_t shift = decimal_exponent(x) + std::int64_t{x.scale()} - 15;
  const BigInteger magnitude = abs(x.mantissa());
  const BigInteger leading = shift >= 0 ? BigInteger(magnitude / power_of_ten(shift))
                                        : BigInteger(magnitude * power_of_ten(-shift));
  return std::log10(static_cast<double>(leading)) +
         static_cast<double>(shift - std::int64_t{x.scale()});
}

std::int64_t wide_exponent_of(const Decimal& decimal) {
  return wide_exponent(numeric_of(decimal));
}

// |base|^exponent by squaring, with about `digits` significant digits; nothing = beyond any
// numeric.
std::optional<Decimal> power_by_squaring(const Decimal& base, std::uint32_t exponent,
                                         std::int64_t digits) {
  Decimal square = base;
  Decimal result = (exponent & 1U) != 0 ? base : Decimal{1, 0};
  while ((exponent >>= 1U) > 0) {
    std::int64_t scale = digits - 2 * wide_exponent_of(square) * 4;
    scale = std::max<std::int64_t>(std::min(scale, 2 * square.scale), 0);
    square = multiplied(square, square, scale);
    if ((exponent & 1U) != 0) {
      scale = digits - (wide_exponent_of(square) + wide_exponent_of(result)) * 4;
      scale = std::max<std::int64_t>(std::min(scale, square.scale + result.scale), 0);
      result = multiplied(square, result, scale);
    }
    const bool beyond = wide_exponent_of(square) > wide_exponent_max ||
                        wide_exponent_of(result) > wide_exponent_max;
    if (beyond) return std::nullopt;
  }
  return result;
}

Value integer_power(const Numeric& base, std::int32_t exponent, CallContext& context) {
  const std::int64_t scale = result_scale(0, base.scale());
  const Decimal decimal = decimal_of(base);
  const Decimal one{1, 0};
  if (exponent == 0) return numeric_result(numeric_of(rounded(one, scale)), context);
  if (exponent == 1) return numeric_result(numeric_of(rounded(decimal, scale)), context);
  if (exponent == -1) return numeric_result(numeric_of(divided(one, decimal, scale)), context);
  if (exponent == 2)
    return numeric_result(numeric_of(multiplied(decimal, decimal, scale)), context);
  if (base.is_zero()) return zero_result(scale);

  // Decided by estimate, before digits are computed that overflow or vanish (power_var_int).
  const double size = exponent * log10_of(base);
  if (size > 3.0 * wide_exponent_max * 4) return context.fail(overflow);
  if (size + 1 < -static_cast<double>(scale)) return zero_result(scale);
  const std::int64_t digits =
      1 + scale + static_cast<std::int64_t>(size) +
      static_cast<std::int64_t>(std::log(std::fabs(static_cast<double>(exponent)))) + 8;
  const auto magnitude = static_cast<std::uint32_t>(std::abs(std::int64_t{exponent}));
  const std::optional<Decimal> power = power_by_squaring(decimal, magnitude, digits);
  if (!power) return exponent < 0 ? zero_result(scale) : context.fail(overflow);
  if (exponent > 0) return numeric_result(numeric_of(rounded(*power, scale)), context);
  if (power->mantissa == 0) return context.fail("division by zero");
  return numeric_result(numeric_of(divided(one, *power, scale)), context);
}

// e^(exponent * ln(base)) for a base > 0.
Value real_power(const Numeric& base, const Numeric& exponent, CallContext& context) {
  const std::int64_t ln_exponent = estimate_ln_exponent(base);
  const auto product = [&](std::int64_t scale) {
    scale = std::max<std::int64_t>(scale, 0);
    return multiplied(ln_to_scale(decimal_of(base), scale), decimal_of(exponent), scale);
  };
  const double estimate = numeric_of(product(8 - ln_exponent)).to_real();
  if (std::fabs(estimate) > 6020)
    return estimate > 0 ? context.fail(overflow) : zero_result(display_scale_max);
  const auto size = static_cast<std::int64_t>(estimate * log10_of_e);
  const std::int64_t scale = result_scale(size, std::max(base.scale(), exponent.scale()));
  const std::int64_t digits = std::max<std::int64_t>(scale + size, 0);
  return exp_result(product(digits - ln_exponent + 8), scale, context);
}

Value power(const Value* arguments, CallContext& context) {
  const Numeric base = Numeric::of_value(arguments[0]);
  const Numeric exponent = Numeric::of_value(arguments[1]);
  if (!base.finite() || !exponent.finite()) return power_of_special(base, exponent, context);
  if (base.is_zero() && exponent.sign() < 0)
    return context.fail("zero raised to a negative power is undefined");
  const bool integral = is_integral(exponent);
  const std::optional<std::int64_t> integer = integral ? exponent.to_integer() : std::nullopt;
  if (integer && *integer >= std::numeric_limits<std::int32_t>::min() &&
      *integer <= std::numeric_limits<std::int32_t>::max())
    return integer_power(base, static_cast<std::int32_t>(*integer), context);
  if (base.is_zero()) return zero_result(16);
  if (base.sign() > 0) return real_power(base, exponent, context);
  if (!integral)
    return context.fail("a negative number raised to a non-integer power yields a complex result");
  const Value magnitude = real_power(base.abs(), exponent, context);
  if (!is_odd(exponent) || magnitude.is_null()) return magnitude;
  return Numeric::of_value(magnitude).negate().to_value(context.arena);
}

}  // namespace

std::vector<Function> numeric_power_functions() {
  constexpr TypeKind numeric = TypeKind::numeric;
  return {
      {"^", {numeric, numeric}, numeric, power, FunctionKind::operation},
      {"power", {numeric, numeric}, numeric, power},
      {"pow", {numeric, numeric}, numeric, power},
      {"exp", {numeric}, numeric, exponential},
      {"ln", {numeric}, numeric, natural_logarithm},
      {"log", {numeric}, numeric, decimal_logarithm},
      {"log", {numeric, numeric}, numeric, logarithm},
      {"log10", {numeric}, numeric, decimal_logarithm},
  };
}

}  // namespace deltamill
