// Casts among boolean, the integers, the floats and numeric. Floats round half to even (rint, as
// ftoi4 does), numerics half away from zero; what does not fit is an error.
#include "views/functions/number_casts.h"

#include <cmath>
#include <limits>

#include "views/data/numeric.h"
#include "views/functions/casts.h"
#include "views/functions/result_text.h"

namespace deltamill {

namespace {

struct IntegerKind {
  std::string_view name;
  std::string_view out_of_range;
};

template <typename Integer>
constexpr IntegerKind integer_kind() {
  if constexpr (sizeof(Integer) == 2) return {"smallint", "smallint out of range"};
  if constexpr (sizeof(Integer) == 4) return {"integer", "integer out of range"};
  return {"bigint", "bigint out of range"};
}

template <typename Integer>
bool in_range(std::int64_t integer) {
  return integer >= std::numeric_limits<Integer>::min() &&
         integer <= std::numeric_limits<Integer>::max();
}

template <typename Integer>
Value narrow(const Value* arguments, CallContext& context) {
  if (!in_range<Integer>(arguments[0].integer))
    return context.fail(integer_kind<Integer>().out_of_range);
  return arguments[0];
}

template <typename Integer>
Value integer_of_real(const Value* arguments, CallContext& context) {
  constexpr auto below = static_cast<double>(std::numeric_limits<Integer>::min());
  const double rounded = std::rint(arguments[0].real);
  // Bounds that a double holds exactly, and false for NaN: the greatest integer itself is no
  // double.
  if (!(rounded >= below && rounded < -below))
    return context.fail(integer_kind<Integer>().out_of_range);
  return Value::of_integer(static_cast<std::int64_t>(rounded));
}

// Half away from zero; nothing = through Numeric.
std::optional<std::int64_t> round_plain(const Value& decimal) {
  if (decimal.form != Value::Form::plain) return std::nullopt;
  if (decimal.length == 0) return decimal.integer;
  if (decimal.length >= powers_of_ten.size()) return std::nullopt;
  const std::int64_t unit = powers_of_ten[decimal.length];
  const std::int64_t whole = decimal.integer / unit;
  const std::int64_t rest = decimal.integer % unit;
  if (rest >= unit - unit / 2) return whole + 1;
  return rest <= unit / 2 - unit ? whole - 1 : whole;
}

template <typename Integer>
Value integer_of_decimal(const Value* arguments, CallContext& context) {
  std::optional<std::int64_t> integer = round_plain(arguments[0]);
  if (!integer) {
    const Numeric numeric = Numeric::of_value(arguments[0]);
    const std::string_view name = integer_kind<Integer>().name;
    if (numeric.is_nan()) return fail_with(context, "cannot convert NaN to {}", name);
    if (!numeric.finite()) return fail_with(context, "cannot convert infinity to {}", name);
    integer = numeric.to_integer();
  }
  if (!integer || !in_range<Integer>(*integer))
    return context.fail(integer_kind<Integer>().out_of_range);
  return Value::of_integer(*integer);
}

template <typename Real>
Value real_of_integer(const Value* arguments, CallContext& /*context*/) {
  return Value::of_real(static_cast<double>(static_cast<Real>(arguments[0].integer)));
}

Value float4_of_float8(const Value* arguments, CallContext& context) {
  const double real = arguments[0].real;
  const auto narrowed = static_cast<float>(real);
  if (std::isinf(narrowed) && !std::isinf(real))
    return context.fail("value out of range: overflow");
  if (narrowed == 0 && real != 0) return context.fail("value out of range: underflow");
  return Value::of_real(static_cast<double>(narrowed));
}

Value real_or_error(const Numeric& numeric, double real, std::string_view name,
                    CallContext& context) {
  const bool lost = numeric.finite() && (std::isinf(real) || (real == 0 && !numeric.is_zero()));
  if (lost)
    return fail_with(context, "\"{}\" is out of range for type {}", numeric.to_string(), name);
  return Value::of_real(real);
}

Value float8_of_decimal(const Value* arguments, CallContext& context) {
  const Numeric numeric = Numeric::of_value(arguments[0]);
  return real_or_error(numeric, numeric.to_real(), "double precision", context);
}

Value float4_of_decimal(const Value* arguments, CallContext& context) {
  const Numeric numeric = Numeric::of_value(arguments[0]);
  return real_or_error(numeric, static_cast<double>(numeric.to_real4()), "real", context);
}

Value decimal_of_integer(const Value* arguments, CallContext& context) {
  const std::int64_t integer = arguments[0].integer;
  if (integer == std::numeric_limits<std::int64_t>::min())
    return fit_numeric(Numeric::of_integer(integer).to_value(context.arena), context);
  return fit_numeric(Value::of_decimal(integer, 0), context);
}

template <int significant_digits>
Value decimal_of_real(const Value* arguments, CallContext& context) {
  const Numeric numeric = Numeric::of_real(arguments[0].real, significant_digits);
  return fit_numeric(numeric.to_value(context.arena), context);
}

Value decimal_of_decimal(const Value* arguments, CallContext& context) {
  return fit_numeric(arguments[0], context);
}

Value boolean_of_integer(const Value* arguments, CallContext& /*context*/) {
  return Value::of_boolean(arguments[0].integer != 0);
}

// The value is the same, its text is not ("t" and "1", "0.1" and "0.10000000149011612"): unlike
// relabel() this is never taken for the argument itself.
Value same_value(const Value* arguments, CallContext& /*context*/) {
  return arguments[0];
}

void add_integer_casts(CastTable& casts) {
  using enum TypeKind;
  using enum FunctionKind;
  casts.add(int2, int4, relabel, implicit_cast);
  casts.add(int2, int8, relabel, implicit_cast);
  casts.add(int4, int8, relabel, implicit_cast);
  casts.add(int4, int2, narrow<std::int16_t>, assignment_cast);
  casts.add(int8, int2, narrow<std::int16_t>, assignment_cast);
  casts.add(int8, int4, narrow<std::int32_t>, assignment_cast);
  for (const TypeKind integer : {int2, int4, int8}) {
    casts.add(integer, float4, real_of_integer<float>, implicit_cast);
    casts.add(integer, float8, real_of_integer<double>, implicit_cast);
    casts.add(integer, numeric, decimal_of_integer, implicit_cast);
  }
  casts.add(boolean, int4, same_value, explicit_cast);
  casts.add(int4, boolean, boolean_of_integer, explicit_cast);
}

}  // namespace

Value fit_numeric(const Value& value, CallContext& context) {
  const std::int32_t modifier = context.result_type.modifier;
  if (modifier < 0) return value;
  const std::optional<Numeric> fitted = Numeric::of_value(value).fit(modifier);
  if (!fitted) return context.fail("numeric field overflow");
  return fitted->to_value(context.arena);
}

void add_number_casts(CastTable& casts) {
  using enum TypeKind;
  using enum FunctionKind;
  add_integer_casts(casts);
  for (const TypeKind real : {float4, float8}) {
    casts.add(real, int2, integer_of_real<std::int16_t>, assignment_cast);
    casts.add(real, int4, integer_of_real<std::int32_t>, assignment_cast);
    casts.add(real, int8, integer_of_real<std::int64_t>, assignment_cast);
  }
  casts.add(float4, float8, same_value, implicit_cast);
  casts.add(float8, float4, float4_of_float8, assignment_cast);
  casts.add(float4, numeric, decimal_of_real<6>, assignment_cast);
  casts.add(float8, numeric, decimal_of_real<15>, assignment_cast);
  casts.add(numeric, int2, integer_of_decimal<std::int16_t>, assignment_cast);
  casts.add(numeric, int4, integer_of_decimal<std::int32_t>, assignment_cast);
  casts.add(numeric, int8, integer_of_decimal<std::int64_t>, assignment_cast);
  casts.add(numeric, float4, float4_of_decimal, implicit_cast);
  casts.add(numeric, float8, float8_of_decimal, implicit_cast);
  casts.add(numeric, numeric, decimal_of_decimal, implicit_cast);
}

ScalarFunction cast_of_decimal(TypeKind to) {
  switch (to) {
    case TypeKind::int2: return integer_of_decimal<std::int16_t>;
    case TypeKind::int4: return integer_of_decimal<std::int32_t>;
    case TypeKind::int8: return integer_of_decimal<std::int64_t>;
    case TypeKind::float4: return float4_of_decimal;
    case TypeKind::float8: return float8_of_decimal;
    default: return decimal_of_decimal;
  }
}

}  // namespace deltamill
