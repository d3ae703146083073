// Arithmetic and elementary functions of float4 and float8 (float.c). An infinity or a zero that
// the operands do not explain is an overflow or underflow error; float4 computes in float.
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>

#include "views/functions/function.h"

namespace deltamill {

namespace {

constexpr std::string_view overflow = "value out of range: overflow";
constexpr std::string_view underflow = "value out of range: underflow";
constexpr std::string_view out_of_range = "input is out of range";
constexpr double radians_per_degree = 0.0174532925199432957692;

// A result of either width, as values hold it.
template <typename Real>
Value of(Real result) {
  return Value::of_real(static_cast<double>(result));
}

template <typename Real, typename Operation>
Value add_or_subtract(const Value* arguments, CallContext& context) {
  const auto left = static_cast<Real>(arguments[0].real);
  const auto right = static_cast<Real>(arguments[1].real);
  const Real result = Operation{}(left, right);
  if (std::isinf(result) && !std::isinf(left) && !std::isinf(right)) return context.fail(overflow);
  return of(result);
}

template <typename Real>
Value multiply(const Value* arguments, CallContext& context) {
  const auto left = static_cast<Real>(arguments[0].real);
  const auto right = static_cast<Real>(arguments[1].real);
  const Real result = left * right;
  if (std::isinf(result) && !std::isinf(left) && !std::isinf(right)) return context.fail(overflow);
  if (result == 0 && left != 0 && right != 0) return context.fail(underflow);
  return of(result);
}

template <typename Real>
Value divide(const Value* arguments, CallContext& context) {
  const auto left = static_cast<Real>(arguments[0].real);
  const auto right = static_cast<Real>(arguments[1].real);
  // NaN / 0 is NaN, as in float8_div().
  if (right == 0 && !std::isnan(left)) return context.fail("division by zero");
  const Real result = left / right;
  if (std::isinf(result) && !std::isinf(left)) return context.fail(overflow);
  if (result == 0 && left != 0 && !std::isinf(right)) return context.fail(underflow);
  return of(result);
}

// A function without errors of its own.
template <double (*function)(double)>
Value apply(const Value* arguments, CallContext& /*context*/) {
  return Value::of_real(function(arguments[0].real));
}

double negated(double real) {
  return -real;
}
double absolute(double real) {
  return std::fabs(real);
}
double round_half_even(double real) {
  return std::rint(real);
}
double rounded_up(double real) {
  return std::ceil(real);
}
double rounded_down(double real) {
  return std::floor(real);
}
double truncated(double real) {
  return std::trunc(real);
}
double sign(double real) {
  return real > 0 ? 1.0 : real < 0 ? -1.0 : 0.0;
}
double cube_root(double real) {
  return std::cbrt(real);
}
double arc_tangent(double real) {
  return std::atan(real);
}

Value square_root(const Value* arguments, CallContext& context) {
  if (arguments[0].real < 0) return context.fail("cannot take square root of a negative number");
  return Value::of_real(std::sqrt(arguments[0].real));
}

// Power with an infinite operand, both operands being numbers and not an error.
// The cases of POSIX pow(), by hand as dpow() has them, so that no C library decides.
double power_with_infinity(double base, double exponent) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (std::isinf(exponent)) {
    const double size = std::fabs(base);
    if (size == 1) return 1;
    return (size > 1) == (exponent > 0) ? infinity : 0;
  }
  if (exponent == 0) return 1;
  if (base > 0) return exponent > 0 ? infinity : 0;
  const bool odd = std::fmod(exponent, 2) != 0;
  if (exponent > 0) return odd ? -infinity : infinity;
  return odd ? -0.0 : 0;
}

Value power(const Value* arguments, CallContext& context) {
  const double base = arguments[0].real;
  const double exponent = arguments[1].real;
  if (std::isnan(base)) return Value::of_real(exponent == 0 ? 1 : base);
  if (std::isnan(exponent)) return Value::of_real(base == 1 ? 1 : exponent);
  if (base == 0 && exponent < 0)
    return context.fail("zero raised to a negative power is undefined");
  if (base < 0 && std::floor(exponent) != exponent)
    return context.fail("a negative number raised to a non-integer power yields a complex result");
  if (std::isinf(base) || std::isinf(exponent))
    return Value::of_real(power_with_infinity(base, exponent));
  const double result = std::pow(base, exponent);
  if (std::isinf(result)) return context.fail(overflow);
  if (result == 0 && base != 0) return context.fail(underflow);
  return Value::of_real(result);
}

Value exponential(const Value* arguments, CallContext& context) {
  const double real = arguments[0].real;
  // Before exp(): an infinite operand explains an infinite or zero result.
  if (std::isinf(real)) return Value::of_real(real > 0 ? real : 0);
  const double result = std::exp(real);
  if (std::isinf(result)) return context.fail(overflow);
  if (result == 0) return context.fail(underflow);
  return Value::of_real(result);
}

template <double (*function)(double)>
Value logarithm(const Value* arguments, CallContext& context) {
  const double real = arguments[0].real;
  if (real == 0) return context.fail("cannot take logarithm of zero");
  if (real < 0) return context.fail("cannot take logarithm of a negative number");
  return Value::of_real(function(real));
}

double natural_logarithm(double real) {
  return std::log(real);
}
double decimal_logarithm(double real) {
  return std::log10(real);
}

double sine(double real) {
  return std::sin(real);
}
double cosine(double real) {
  return std::cos(real);
}
double tangent(double real) {
  return std::tan(real);
}
double cotangent(double real) {
  return 1.0 / std::tan(real);
}
double arc_sine(double real) {
  return std::asin(real);
}
double arc_cosine(double real) {
  return std::acos(real);
}

template <double (*function)(double)>
Value trigonometric(const Value* arguments, CallContext& context) {
  if (std::isinf(arguments[0].real)) return context.fail(out_of_range);
  return Value::of_real(function(arguments[0].real));
}

template <double (*function)(double)>
Value inverse_trigonometric(const Value* arguments, CallContext& context) {
  if (std::fabs(arguments[0].real) > 1) return context.fail(out_of_range);
  return Value::of_real(function(arguments[0].real));
}

Value arc_tangent_of_two(const Value* arguments, CallContext& /*context*/) {
  return Value::of_real(std::atan2(arguments[0].real, arguments[1].real));
}

Value degrees(const Value* arguments, CallContext& context) {
  const Value pair[2] = {arguments[0], Value::of_real(radians_per_degree)};
  return divide<double>(pair, context);
}

Value radians(const Value* arguments, CallContext& context) {
  const Value pair[2] = {arguments[0], Value::of_real(radians_per_degree)};
  return multiply<double>(pair, context);
}

Value pi(const Value* /*arguments*/, CallContext& /*context*/) {
  return Value::of_real(std::numbers::pi);
}

// width_bucket between bounds: 0 before the first, count + 1 from the second on, in either
// direction.
Value width_bucket(const Value* arguments, CallContext& context) {
  const double operand = arguments[0].real;
  const double first = arguments[1].real;
  const double second = arguments[2].real;
  const std::int64_t count = arguments[3].integer;
  if (count <= 0) return context.fail("count must be greater than zero");
  if (std::isnan(operand) || std::isnan(first) || std::isnan(second))
    return context.fail("operand, lower bound, and upper bound cannot be NaN");
  if (std::isinf(first) || std::isinf(second))
    return context.fail("lower and upper bounds must be finite");
  if (first == second) return context.fail("lower bound cannot equal upper bound");
  const bool ascending = first < second;
  if (ascending ? operand < first : operand > first) return Value::of_integer(0);
  if (ascending ? operand >= second : operand <= second) {
    if (count == std::numeric_limits<std::int32_t>::max())
      return context.fail("integer out of range");
    return Value::of_integer(count + 1);
  }
  // PostgreSQL 15 neither keeps rounding from reaching count + 1 nor the product from overflowing.
  const double bucket = static_cast<double>(count) * (operand - first) / (second - first) + 1;
  constexpr auto lowest = std::numeric_limits<std::int32_t>::min();
  const bool fits = bucket < -static_cast<double>(lowest);
  return Value::of_integer(fits ? static_cast<std::int32_t>(bucket) : lowest);
}

using Functions = std::vector<Function>;

void add_operation(Functions& functions, std::string_view symbol, std::vector<TypeKind> arguments,
                   ScalarFunction call) {
  const bool narrow = arguments.front() == TypeKind::float4 && arguments.back() == TypeKind::float4;
  const TypeKind result = narrow ? TypeKind::float4 : TypeKind::float8;
  functions.push_back({symbol, std::move(arguments), result, call, FunctionKind::operation});
}

template <typename Real>
void add_arithmetic(Functions& functions, TypeKind left, TypeKind right) {
  add_operation(functions, "+", {left, right}, add_or_subtract<Real, std::plus<>>);
  add_operation(functions, "-", {left, right}, add_or_subtract<Real, std::minus<>>);
  add_operation(functions, "*", {left, right}, multiply<Real>);
  add_operation(functions, "/", {left, right}, divide<Real>);
}

void add_float8(Functions& functions, std::string_view name, ScalarFunction call,
                std::size_t argument_count = 1) {
  functions.push_back(
      {name, std::vector(argument_count, TypeKind::float8), TypeKind::float8, call});
}

}  // namespace

std::vector<Function> float_functions() {
  using enum TypeKind;
  Functions functions;
  add_arithmetic<float>(functions, float4, float4);
  add_arithmetic<double>(functions, float4, float8);
  add_arithmetic<double>(functions, float8, float4);
  add_arithmetic<double>(functions, float8, float8);
  for (const TypeKind kind : {float4, float8}) {
    add_operation(functions, "+", {kind}, relabel);
    add_operation(functions, "-", {kind}, apply<negated>);
    add_operation(functions, "@", {kind}, apply<absolute>);
    functions.push_back({"abs", {kind}, kind, apply<absolute>});
  }
  add_operation(functions, "^", {float8, float8}, power);
  add_operation(functions, "|/", {float8}, square_root);
  add_operation(functions, "||/", {float8}, apply<cube_root>);
  add_float8(functions, "round", apply<round_half_even>);
  add_float8(functions, "ceil", apply<rounded_up>);
  add_float8(functions, "ceiling", apply<rounded_up>);
  add_float8(functions, "floor", apply<rounded_down>);
  add_float8(functions, "trunc", apply<truncated>);
  add_float8(functions, "sign", apply<sign>);
  add_float8(functions, "sqrt", square_root);
  add_float8(functions, "cbrt", apply<cube_root>);
  add_float8(functions, "power", power, 2);
  add_float8(functions, "pow", power, 2);
  add_float8(functions, "exp", exponential);
  add_float8(functions, "ln", logarithm<natural_logarithm>);
  add_float8(functions, "log", logarithm<decimal_logarithm>);
  add_float8(functions, "log10", logarithm<decimal_logarithm>);
  add_float8(functions, "sin", trigonometric<sine>);
  add_float8(functions, "cos", trigonometric<cosine>);
  add_float8(functions, "tan", trigonometric<tangent>);
  add_float8(functions, "cot", trigonometric<cotangent>);
  add_float8(functions, "asin", inverse_trigonometric<arc_sine>);
  add_float8(functions, "acos", inverse_trigonometric<arc_cosine>);
  add_float8(functions, "atan", apply<arc_tangent>);
  add_float8(functions, "atan2", arc_tangent_of_two, 2);
  add_float8(functions, "degrees", degrees);
  add_float8(functions, "radians", radians);
  add_float8(functions, "pi", pi, 0);
  functions.push_back({"width_bucket", {float8, float8, float8, int4}, int4, width_bucket});
  return functions;
}

}  // namespace deltamill
