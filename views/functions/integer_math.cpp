// Arithmetic and bits of int2, int4 and int8 (int.c, int8.c). Mixed operands compute in the wider
// type; a result outside it is an error, never wrapped.
#include <limits>
#include <numeric>

#include "views/functions/function.h"

namespace deltamill {

namespace {

template <typename Integer>
constexpr std::string_view out_of_range() {
  if constexpr (sizeof(Integer) == 2) return "smallint out of range";
  if constexpr (sizeof(Integer) == 4) return "integer out of range";
  return "bigint out of range";
}

constexpr std::string_view division_by_zero = "division by zero";

template <typename Integer>
Value fit(std::int64_t result, CallContext& context) {
  if (result < std::numeric_limits<Integer>::min() || result > std::numeric_limits<Integer>::max())
    return context.fail(out_of_range<Integer>());
  return Value::of_integer(result);
}

template <typename Integer>
Value add(const Value* arguments, CallContext& context) {
  Integer result;
  if (__builtin_add_overflow(arguments[0].integer, arguments[1].integer, &result))
    return context.fail(out_of_range<Integer>());
  return Value::of_integer(result);
}

template <typename Integer>
Value subtract(const Value* arguments, CallContext& context) {
  Integer result;
  if (__builtin_sub_overflow(arguments[0].integer, arguments[1].integer, &result))
    return context.fail(out_of_range<Integer>());
  return Value::of_integer(result);
}

template <typename Integer>
Value multiply(const Value* arguments, CallContext& context) {
  Integer result;
  if (__builtin_mul_overflow(arguments[0].integer, arguments[1].integer, &result))
    return context.fail(out_of_range<Integer>());
  return Value::of_integer(result);
}

template <typename Integer>
Value negate(const Value* arguments, CallContext& context) {
  const Value pair[2] = {Value::of_integer(0), arguments[0]};
  return subtract<Integer>(pair, context);
}

template <typename Integer>
Value divide(const Value* arguments, CallContext& context) {
  if (arguments[1].integer == 0) return context.fail(division_by_zero);
  // The lowest integer divided by −1 overflows, on x86 with a trap.
  if (arguments[1].integer == -1) return negate<Integer>(arguments, context);
  return fit<Integer>(arguments[0].integer / arguments[1].integer, context);
}

template <typename Integer>
Value modulo(const Value* arguments, CallContext& context) {
  if (arguments[1].integer == 0) return context.fail(division_by_zero);
  if (arguments[1].integer == -1) return Value::of_integer(0);
  return Value::of_integer(arguments[0].integer % arguments[1].integer);
}

template <typename Integer>
Value absolute(const Value* arguments, CallContext& context) {
  return arguments[0].integer < 0 ? negate<Integer>(arguments, context) : arguments[0];
}

// Unsigned, since the lowest integer has no positive counterpart.
std::uint64_t magnitude(std::int64_t integer) {
  const auto bits = static_cast<std::uint64_t>(integer);
  return integer < 0 ? 0 - bits : bits;
}

template <typename Integer>
Value fit_unsigned(std::uint64_t result, CallContext& context) {
  if (result > static_cast<std::uint64_t>(std::numeric_limits<Integer>::max()))
    return context.fail(out_of_range<Integer>());
  return Value::of_integer(static_cast<std::int64_t>(result));
}

template <typename Integer>
Value greatest_divisor(const Value* arguments, CallContext& context) {
  return fit_unsigned<Integer>(
      std::gcd(magnitude(arguments[0].integer), magnitude(arguments[1].integer)), context);
}

template <typename Integer>
Value least_multiple(const Value* arguments, CallContext& context) {
  const std::uint64_t left = magnitude(arguments[0].integer);
  const std::uint64_t right = magnitude(arguments[1].integer);
  if (left == 0 || right == 0) return Value::of_integer(0);
  std::uint64_t result;
  if (__builtin_mul_overflow(left / std::gcd(left, right), right, &result))
    return context.fail(out_of_range<Integer>());
  return fit_unsigned<Integer>(result, context);
}

Value bits_and(const Value* arguments, CallContext& /*context*/) {
  return Value::of_integer(arguments[0].integer & arguments[1].integer);
}

Value bits_or(const Value* arguments, CallContext& /*context*/) {
  return Value::of_integer(arguments[0].integer | arguments[1].integer);
}

Value bits_xor(const Value* arguments, CallContext& /*context*/) {
  return Value::of_integer(arguments[0].integer ^ arguments[1].integer);
}

Value bits_not(const Value* arguments, CallContext& /*context*/) {
  return Value::of_integer(~arguments[0].integer);
}

// The processor's shifts, which PostgreSQL's C code compiles to: int2 shifts as int4, and the count
// is taken modulo the width.
template <typename Integer>
unsigned shift_count(const Value& count) {
  return static_cast<unsigned>(count.integer) & (sizeof(Integer) == 8 ? 63U : 31U);
}

template <typename Integer>
Value shift_left(const Value* arguments, CallContext& /*context*/) {
  const auto bits = static_cast<std::uint64_t>(arguments[0].integer);
  const std::uint64_t shifted = bits << shift_count<Integer>(arguments[1]);
  return Value::of_integer(static_cast<Integer>(shifted));
}

template <typename Integer>
Value shift_right(const Value* arguments, CallContext& /*context*/) {
  return Value::of_integer(arguments[0].integer >> shift_count<Integer>(arguments[1]));
}

struct Entries {
  std::vector<Function> functions;

  void operation(std::string_view symbol, std::vector<TypeKind> arguments, TypeKind result,
                 ScalarFunction call) {
    functions.push_back({symbol, std::move(arguments), result, call, FunctionKind::operation});
  }
  void function(std::string_view name, std::vector<TypeKind> arguments, TypeKind result,
                ScalarFunction call) {
    functions.push_back({name, std::move(arguments), result, call});
  }
};

template <typename Integer>
void add_arithmetic(Entries& entries, TypeKind left, TypeKind right, TypeKind result) {
  entries.operation("+", {left, right}, result, add<Integer>);
  entries.operation("-", {left, right}, result, subtract<Integer>);
  entries.operation("*", {left, right}, result, multiply<Integer>);
  entries.operation("/", {left, right}, result, divide<Integer>);
}

template <typename Integer>
void add_kind(Entries& entries, TypeKind kind) {
  add_arithmetic<Integer>(entries, kind, kind, kind);
  entries.operation("%", {kind, kind}, kind, modulo<Integer>);
  entries.operation("+", {kind}, kind, relabel);
  entries.operation("-", {kind}, kind, negate<Integer>);
  entries.operation("@", {kind}, kind, absolute<Integer>);
  entries.operation("&", {kind, kind}, kind, bits_and);
  entries.operation("|", {kind, kind}, kind, bits_or);
  entries.operation("#", {kind, kind}, kind, bits_xor);
  entries.operation("~", {kind}, kind, bits_not);
  entries.operation("<<", {kind, TypeKind::int4}, kind, shift_left<Integer>);
  entries.operation(">>", {kind, TypeKind::int4}, kind, shift_right<Integer>);
  entries.function("abs", {kind}, kind, absolute<Integer>);
  entries.function("mod", {kind, kind}, kind, modulo<Integer>);
  if (kind == TypeKind::int2) return;
  entries.function("gcd", {kind, kind}, kind, greatest_divisor<Integer>);
  entries.function("lcm", {kind, kind}, kind, least_multiple<Integer>);
}

}  // namespace

std::vector<Function> integer_functions() {
  using enum TypeKind;
  Entries entries;
  add_kind<std::int16_t>(entries, int2);
  add_kind<std::int32_t>(entries, int4);
  add_kind<std::int64_t>(entries, int8);
  add_arithmetic<std::int32_t>(entries, int2, int4, int4);
  add_arithmetic<std::int32_t>(entries, int4, int2, int4);
  for (const TypeKind narrow : {int2, int4}) {
    add_arithmetic<std::int64_t>(entries, narrow, int8, int8);
    add_arithmetic<std::int64_t>(entries, int8, narrow, int8);
  }
  return std::move(entries.functions);
}

}  // namespace deltamill
