// Casts among date, time, timestamp, timestamptz and interval. Sessions are in UTC, so timestamp
// and timestamptz hold the same number.
#include "views/data/datetime.h"
#include "views/data/interval.h"
#include "views/functions/casts.h"
#include "views/functions/datetime_fields.h"

namespace deltamill {

namespace {

// Also time(p) and timestamp(p) of themselves.
Value fit_fraction(const Value* arguments, CallContext& context) {
  return Value::of_integer(round_fraction(arguments[0].integer, context.result_type.modifier));
}

Value timestamp_from_date(const Value* arguments, CallContext& context) {
  const std::optional<std::int64_t> midnight = timestamp_of_date(arguments[0].integer);
  return midnight ? Value::of_integer(*midnight) : context.fail("date out of range for timestamp");
}

Value date_of_timestamp(const Value* arguments, CallContext& /*context*/) {
  const std::int64_t timestamp = arguments[0].integer;
  if (timestamp == timestamp_infinity) return Value::of_integer(date_infinity);
  if (timestamp == timestamp_negative_infinity) return Value::of_integer(date_negative_infinity);
  return Value::of_integer(split_timestamp(timestamp).days);
}

Value time_of_timestamp(const Value* arguments, CallContext& context) {
  if (!timestamp_is_finite(arguments[0].integer)) return Value::null();
  const std::int64_t time = split_timestamp(arguments[0].integer).time;
  return Value::of_integer(round_fraction(time, context.result_type.modifier));
}

Value interval_of_time(const Value* arguments, CallContext& context) {
  Interval interval;
  interval.microseconds = arguments[0].integer;
  return fit_interval(interval, context.result_type.modifier).to_value(context.arena);
}

Value time_of_interval(const Value* arguments, CallContext& context) {
  std::int64_t time = Interval::of_value(arguments[0]).microseconds % microseconds_per_day;
  if (time < 0) time += microseconds_per_day;
  return Value::of_integer(round_fraction(time, context.result_type.modifier));
}

Value fit_interval_fields(const Value* arguments, CallContext& context) {
  const std::int32_t modifier = context.result_type.modifier;
  if (modifier < 0) return arguments[0];
  return fit_interval(Interval::of_value(arguments[0]), modifier).to_value(context.arena);
}

}  // namespace

void add_datetime_casts(CastTable& casts) {
  using enum TypeKind;
  using enum FunctionKind;
  casts.add(time, time, fit_fraction, implicit_cast);
  casts.add(time, interval, interval_of_time, implicit_cast);
  casts.add(interval, time, time_of_interval, assignment_cast);
  casts.add(interval, interval, fit_interval_fields, implicit_cast);
  casts.add(timestamp, timestamptz, fit_fraction, implicit_cast);
  casts.add(timestamptz, timestamp, fit_fraction, assignment_cast);
  for (const TypeKind kind : {timestamp, timestamptz}) {
    casts.add(date, kind, timestamp_from_date, implicit_cast);
    casts.add(kind, date, date_of_timestamp, assignment_cast);
    casts.add(kind, time, time_of_timestamp, assignment_cast);
    casts.add(kind, kind, fit_fraction, implicit_cast);
  }
}

}  // namespace deltamill
