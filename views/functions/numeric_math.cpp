// Arithmetic and rounding of numeric. Small decimals are computed in 64 bits, the rest by Numeric;
// scales follow PostgreSQL's numeric.c. Exponentials and logarithms: numeric_power.cpp.
#include "views/functions/numeric_math.h"

#include <algorithm>
#include <limits>

#include "views/data/wide_integer.h"

namespace deltamill {

namespace {

constexpr std::int64_t significant_digits_min = 16;
constexpr std::int64_t display_scale_max = 1000;
constexpr std::int64_t factorial_argument_max = 32177;
constexpr std::int64_t integer_digits_max = 131072;

// Only a result of tens of thousands of bytes can have too many digits.
Value checked(const Value& value, CallContext& context) {
  constexpr std::uint32_t certainly_fine_bytes = 50000;
  const bool large = value.form == Value::Form::bytes && value.length > certainly_fine_bytes;
  return large ? numeric_result(Numeric::of_value(value), context) : value;
}

Value add(const Value* arguments, CallContext& context) {
  return checked(add_numerics(arguments[0], arguments[1], context.arena), context);
}

Value subtract(const Value* arguments, CallContext& context) {
  return checked(subtract_numerics(arguments[0], arguments[1], context.arena), context);
}

Value multiply(const Value* arguments, CallContext& context) {
  return checked(multiply_numerics(arguments[0], arguments[1], context.arena), context);
}

Value quotient(const std::optional<Numeric>& result, CallContext& context) {
  return result ? numeric_result(*result, context) : context.fail("division by zero");
}

// The leading digit of a decimal in base 10000 and its exponent, as numeric.c would hold them.
struct LeadingDigit {
  std::int64_t exponent = 0;
  std::int64_t digit = 0;
};

LeadingDigit leading_digit(std::uint64_t magnitude, std::int64_t scale) {
  if (magnitude == 0) return {};
  std::int64_t digits = 1;
  while (digits < 19 &&
         magnitude >= static_cast<std::uint64_t>(powers_of_ten[static_cast<std::size_t>(digits)]))
    ++digits;
  const std::int64_t leading_exponent = digits - 1 - scale;
  const std::int64_t exponent =
      leading_exponent >= 0 ? leading_exponent / 4 : -((3 - leading_exponent) / 4);
  const std::int64_t wanted = leading_exponent - 4 * exponent + 1;  // decimal digits in it, 1 to 4
  const auto power = static_cast<std::uint64_t>(
      powers_of_ten[static_cast<std::size_t>(std::abs(digits - wanted))]);
  return {exponent,
          static_cast<std::int64_t>(digits >= wanted ? magnitude / power : magnitude * power)};
}

std::uint64_t magnitude_of(const Value& decimal) {
  const auto bits = static_cast<std::uint64_t>(decimal.integer);
  return decimal.integer < 0 ? 0 - bits : bits;
}

BigInteger wide(Int128 integer) {
  const auto bits = static_cast<UInt128>(integer);
  const UInt128 magnitude = integer < 0 ? 0 - bits : bits;
  BigInteger result = static_cast<std::uint64_t>(magnitude >> 64);
  result <<= 64;
  result |= static_cast<std::uint64_t>(magnitude);
  if (integer < 0) result.backend().negate();
  return result;
}

// Quotient of two plain decimals in 128 bits, as Numeric::divide computes it. Nothing = not so
// simple.
std::optional<Value> divide_plain(const Value& left, const Value& right, Arena& arena) {
  if (left.form != Value::Form::plain || right.form != Value::Form::plain || right.integer == 0)
    return std::nullopt;
  const LeadingDigit above = leading_digit(magnitude_of(left), left.length);
  const LeadingDigit below = leading_digit(magnitude_of(right), right.length);
  const std::int64_t exponent =
      above.exponent - below.exponent - static_cast<std::int64_t>(above.digit <= below.digit);
  const std::int64_t scale =
      result_scale(exponent * 4, std::max<std::int64_t>(left.length, right.length));
  // The dividend is shifted so far that the whole quotient has the wanted scale; 18 digits of shift
  // and 18 of mantissa fit 128 bits.
  const std::int64_t shift = scale - std::int64_t{left.length} + std::int64_t{right.length};
  if (shift < 0 || shift >= static_cast<std::int64_t>(powers_of_ten.size())) return std::nullopt;
  const Int128 dividend = Int128{left.integer} * powers_of_ten[static_cast<std::size_t>(shift)];
  Int128 result = dividend / right.integer;
  const Int128 rest = dividend % right.integer;
  const bool up = 2 * (rest < 0 ? -rest : rest) >= static_cast<Int128>(magnitude_of(right));
  if (up) result += (left.integer < 0) == (right.integer < 0) ? 1 : -1;
  constexpr auto max = std::numeric_limits<std::int64_t>::max();
  const auto shown = static_cast<std::uint32_t>(scale);
  if (result > max || result < -max) return Numeric(wide(result), shown).to_value(arena);
  return Value::of_decimal(static_cast<std::int64_t>(result), shown);
}

Value divide(const Value* arguments, CallContext& context) {
  if (const std::optional<Value> plain = divide_plain(arguments[0], arguments[1], context.arena))
    return *plain;
  return quotient(Numeric::divide(Numeric::of_value(arguments[0]), Numeric::of_value(arguments[1])),
                  context);
}

Value divide_truncating(const Value* arguments, CallContext& context) {
  return quotient(
      Numeric::div_truncating(Numeric::of_value(arguments[0]), Numeric::of_value(arguments[1])),
      context);
}

Value modulo(const Value* arguments, CallContext& context) {
  Value left = arguments[0];
  Value right = arguments[1];
  const bool plain = left.form == Value::Form::plain && right.form == Value::Form::plain;
  if (plain && right.integer != 0 && align_plain(left, right))
    return Value::of_decimal(left.integer % right.integer, left.length);
  return quotient(Numeric::modulo(Numeric::of_value(arguments[0]), Numeric::of_value(arguments[1])),
                  context);
}

Value negate(const Value* arguments, CallContext& context) {
  if (arguments[0].form == Value::Form::plain)
    return Value::of_decimal(-arguments[0].integer, arguments[0].length);
  return Numeric::of_value(arguments[0]).negate().to_value(context.arena);
}

Value absolute(const Value* arguments, CallContext& context) {
  if (arguments[0].form == Value::Form::plain)
    return Value::of_decimal(std::abs(arguments[0].integer), arguments[0].length);
  return Numeric::of_value(arguments[0]).abs().to_value(context.arena);
}

Value sign(const Value* arguments, CallContext& context) {
  const Numeric numeric = Numeric::of_value(arguments[0]);
  if (numeric.is_nan()) return numeric.to_value(context.arena);
  return Value::of_decimal(numeric.sign(), 0);
}

// A plain decimal cut to fewer digits; the rest is a fraction of `unit`.
struct Cut {
  std::int64_t whole = 0;
  std::int64_t rest = 0;
  std::int64_t unit = 1;
};

// Nothing = through Numeric.
std::optional<Cut> cut_plain(const Value& value, std::int64_t scale) {
  if (value.form != Value::Form::plain || scale < 0 || scale > value.length) return std::nullopt;
  const std::uint64_t dropped = value.length - static_cast<std::uint64_t>(scale);
  if (dropped >= powers_of_ten.size()) return std::nullopt;
  const std::int64_t unit = powers_of_ten[dropped];
  return Cut{value.integer / unit, value.integer % unit, unit};
}

enum class Rounding : std::uint8_t { half_away, cut };

// round() and trunc() of any number to any scale, which is kept within what a numeric can hold.
Numeric rescaled(const Numeric& numeric, std::int64_t scale, Rounding rounding) {
  if (!numeric.finite()) return numeric;
  // Further out nothing changes: every digit is kept, or none is.
  scale = std::clamp(scale, -integer_digits_max - 1, std::int64_t{numeric_scale_max});
  const auto shown = static_cast<std::uint32_t>(std::max<std::int64_t>(scale, 0));
  const std::int64_t dropped = std::int64_t{numeric.scale()} - scale;
  const BigInteger unit =
      boost::multiprecision::pow(BigInteger(10), static_cast<unsigned>(std::abs(dropped)));
  if (dropped <= 0) return Numeric(numeric.mantissa() * unit, shown);
  BigInteger whole;
  BigInteger rest;
  boost::multiprecision::divide_qr(numeric.mantissa(), unit, whole, rest);
  if (rounding == Rounding::half_away && 2 * abs(rest) >= unit) whole += rest.sign();
  if (scale < 0) whole *= boost::multiprecision::pow(BigInteger(10), static_cast<unsigned>(-scale));
  return Numeric(whole, shown);
}

Value round_to(const Value& value, std::int64_t scale, CallContext& context) {
  if (const std::optional<Cut> cut = cut_plain(value, scale)) {
    const bool up = std::abs(cut->rest) >= cut->unit - cut->unit / 2 && cut->unit > 1;
    const std::int64_t away = up ? (value.integer < 0 ? -1 : 1) : 0;
    return Value::of_decimal(cut->whole + away, static_cast<std::uint32_t>(scale));
  }
  return numeric_result(rescaled(Numeric::of_value(value), scale, Rounding::half_away), context);
}

Value truncate_to(const Value& value, std::int64_t scale, CallContext& context) {
  if (const std::optional<Cut> cut = cut_plain(value, scale))
    return Value::of_decimal(cut->whole, static_cast<std::uint32_t>(scale));
  return numeric_result(rescaled(Numeric::of_value(value), scale, Rounding::cut), context);
}

Value round(const Value* arguments, CallContext& context) {
  return round_to(arguments[0], 0, context);
}

Value round_with_scale(const Value* arguments, CallContext& context) {
  return round_to(arguments[0], arguments[1].integer, context);
}

Value truncate(const Value* arguments, CallContext& context) {
  return truncate_to(arguments[0], 0, context);
}

Value truncate_with_scale(const Value* arguments, CallContext& context) {
  return truncate_to(arguments[0], arguments[1].integer, context);
}

Value floor(const Value* arguments, CallContext& context) {
  if (const std::optional<Cut> cut = cut_plain(arguments[0], 0))
    return Value::of_decimal(cut->rest < 0 ? cut->whole - 1 : cut->whole, 0);
  return numeric_result(Numeric::of_value(arguments[0]).floor(), context);
}

Value ceiling(const Value* arguments, CallContext& context) {
  if (const std::optional<Cut> cut = cut_plain(arguments[0], 0))
    return Value::of_decimal(cut->rest > 0 ? cut->whole + 1 : cut->whole, 0);
  return numeric_result(Numeric::of_value(arguments[0]).ceil(), context);
}

Value scale(const Value* arguments, CallContext& /*context*/) {
  const Numeric numeric = Numeric::of_value(arguments[0]);
  return numeric.finite() ? Value::of_integer(numeric.scale()) : Value::null();
}

Value scale_min(const Value* arguments, CallContext& /*context*/) {
  const Numeric numeric = Numeric::of_value(arguments[0]);
  return numeric.finite() ? Value::of_integer(numeric.trim_scale().scale()) : Value::null();
}

Value trim_scale(const Value* arguments, CallContext& context) {
  return Numeric::of_value(arguments[0]).trim_scale().to_value(context.arena);
}

Value square_root(const Value* arguments, CallContext& context) {
  const Numeric numeric = Numeric::of_value(arguments[0]);
  if (numeric.sign() < 0) return context.fail("cannot take square root of a negative number");
  if (!numeric.finite()) return arguments[0];
  // numeric_sqrt(): 16 significant digits of the root, whose exponent is half the argument's, both
  // in base 10000.
  const std::int64_t exponent = (wide_exponent(numeric) + 1) * 2 - 1;
  const std::int64_t scale = result_scale(exponent, numeric.scale());
  // One digit more than wanted, cut, then rounded: a square root is never a tie.
  const std::int64_t shift = 2 * (scale + 1) - std::int64_t{numeric.scale()};
  const BigInteger power = boost::multiprecision::pow(BigInteger(10), static_cast<unsigned>(shift));
  const BigInteger root = boost::multiprecision::sqrt(BigInteger(numeric.mantissa() * power));
  return numeric_result(
      Numeric(root, static_cast<std::uint32_t>(scale + 1)).round(static_cast<std::int32_t>(scale)),
      context);
}

// Mantissas of two finite numbers at one scale.
struct Aligned {
  BigInteger left;
  BigInteger right;
  std::uint32_t scale = 0;
};

Aligned align(const Numeric& left, const Numeric& right) {
  const std::uint32_t scale = std::max(left.scale(), right.scale());
  const auto raised = [scale](const Numeric& numeric) {
    return BigInteger(numeric.mantissa() *
                      boost::multiprecision::pow(BigInteger(10), scale - numeric.scale()));
  };
  return {raised(left), raised(right), scale};
}

Value not_a_number(CallContext& context) {
  return Numeric::special(Numeric::Class::nan).to_value(context.arena);
}

Value greatest_divisor(const Value* arguments, CallContext& context) {
  const Numeric left = Numeric::of_value(arguments[0]);
  const Numeric right = Numeric::of_value(arguments[1]);
  if (!left.finite() || !right.finite()) return not_a_number(context);
  const Aligned both = align(left, right);
  return numeric_result(Numeric(boost::multiprecision::gcd(both.left, both.right), both.scale),
                        context);
}

Value least_multiple(const Value* arguments, CallContext& context) {
  const Numeric left = Numeric::of_value(arguments[0]);
  const Numeric right = Numeric::of_value(arguments[1]);
  if (!left.finite() || !right.finite()) return not_a_number(context);
  const Aligned both = align(left, right);
  if (both.left == 0 || both.right == 0) return numeric_result(Numeric(0, both.scale), context);
  // Divided before it is multiplied, to stay as small as the result.
  const BigInteger product =
      both.left / boost::multiprecision::gcd(both.left, both.right) * both.right;
  return numeric_result(Numeric(boost::multiprecision::abs(product), both.scale), context);
}

Value factorial(const Value* arguments, CallContext& context) {
  const std::int64_t argument = arguments[0].integer;
  if (argument < 0) return context.fail("factorial of a negative number is undefined");
  if (argument > factorial_argument_max) return context.fail("value overflows numeric format");
  BigInteger product = 1;
  for (std::int64_t factor = 2; factor <= argument; ++factor) product *= factor;
  return numeric_result(Numeric(product, 0), context);
}

// width_bucket between bounds: 0 below the first, count + 1 from the second on.
Value width_bucket(const Value* arguments, CallContext& context) {
  const Numeric operand = Numeric::of_value(arguments[0]);
  const Numeric low = Numeric::of_value(arguments[1]);
  const Numeric high = Numeric::of_value(arguments[2]);
  const std::int64_t count = arguments[3].integer;
  if (count <= 0) return context.fail("count must be greater than zero");
  if (operand.is_nan() || low.is_nan() || high.is_nan())
    return context.fail("operand, lower bound, and upper bound cannot be NaN");
  if (!low.finite() || !high.finite()) return context.fail("lower and upper bounds must be finite");
  const int direction = Numeric::compare(high, low);
  if (direction == 0) return context.fail("lower bound cannot equal upper bound");
  if (Numeric::compare(operand, low) * direction < 0) return Value::of_integer(0);
  if (Numeric::compare(operand, high) * direction >= 0) {
    if (count == std::numeric_limits<std::int32_t>::max())
      return context.fail("integer out of range");
    return Value::of_integer(count + 1);
  }
  const std::optional<Numeric> share =
      Numeric::divide((operand - low) * Numeric::of_integer(count), high - low);
  // The quotient is rounded like any other, so just below the second bound it may reach count + 1.
  const std::int64_t bucket = share->floor().to_integer().value_or(count) + 1;
  if (bucket > std::numeric_limits<std::int32_t>::max())
    return context.fail("integer out of range");
  return Value::of_integer(bucket);
}

void add_rounding(std::vector<Function>& functions) {
  using enum TypeKind;
  functions.push_back({"round", {numeric}, numeric, round});
  functions.push_back({"round", {numeric, int4}, numeric, round_with_scale});
  functions.push_back({"trunc", {numeric}, numeric, truncate});
  functions.push_back({"trunc", {numeric, int4}, numeric, truncate_with_scale});
  functions.push_back({"ceil", {numeric}, numeric, ceiling});
  functions.push_back({"ceiling", {numeric}, numeric, ceiling});
  functions.push_back({"floor", {numeric}, numeric, floor});
  functions.push_back({"scale", {numeric}, int4, scale});
  functions.push_back({"min_scale", {numeric}, int4, scale_min});
  functions.push_back({"trim_scale", {numeric}, numeric, trim_scale});
}

void add_operations(std::vector<Function>& functions) {
  const auto add_operation = [&functions](std::string_view symbol, std::size_t argument_count,
                                          ScalarFunction call) {
    functions.push_back({symbol, std::vector(argument_count, TypeKind::numeric), TypeKind::numeric,
                         call, FunctionKind::operation});
  };
  add_operation("+", 2, add);
  add_operation("-", 2, subtract);
  add_operation("*", 2, multiply);
  add_operation("/", 2, divide);
  add_operation("%", 2, modulo);
  add_operation("+", 1, relabel);
  add_operation("-", 1, negate);
  add_operation("@", 1, absolute);
}

}  // namespace

std::int64_t decimal_exponent(const Numeric& numeric) {
  if (numeric.is_zero()) return 0;
  const std::string digits = BigInteger(boost::multiprecision::abs(numeric.mantissa())).str();
  return static_cast<std::int64_t>(digits.size()) - 1 - std::int64_t{numeric.scale()};
}

std::int64_t wide_exponent(const Numeric& numeric) {
  const std::int64_t exponent = decimal_exponent(numeric);
  return exponent >= 0 ? exponent / 4 : -((3 - exponent) / 4);
}

std::int64_t result_scale(std::int64_t exponent, std::int64_t scale_min) {
  const std::int64_t wanted = std::max(significant_digits_min - exponent, scale_min);
  return std::clamp(wanted, std::int64_t{0}, display_scale_max);
}

std::vector<Function> numeric_functions() {
  using enum TypeKind;
  std::vector<Function> functions;
  add_operations(functions);
  add_rounding(functions);
  functions.push_back({"abs", {numeric}, numeric, absolute});
  functions.push_back({"sign", {numeric}, numeric, sign});
  functions.push_back({"mod", {numeric, numeric}, numeric, modulo});
  functions.push_back({"div", {numeric, numeric}, numeric, divide_truncating});
  functions.push_back({"sqrt", {numeric}, numeric, square_root});
  functions.push_back({"gcd", {numeric, numeric}, numeric, greatest_divisor});
  functions.push_back({"lcm", {numeric, numeric}, numeric, least_multiple});
  functions.push_back({"factorial", {int8}, numeric, factorial});
  functions.push_back({"width_bucket", {numeric, numeric, numeric, int4}, int4, width_bucket});
  for (Function& function : numeric_power_functions()) functions.push_back(std::move(function));
  return functions;
}

}  // namespace deltamill
