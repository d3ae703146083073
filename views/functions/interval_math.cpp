// Arithmetic of intervals: months, days and microseconds are added field by field; a product or
// quotient cascades the fractions of months into days and those of days into microseconds, in
// floating point exactly as PostgreSQL does.
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

#include "views/data/datetime.h"
#include "views/data/interval.h"
#include "views/functions/function.h"

namespace deltamill {

namespace {

using enum TypeKind;

constexpr std::int32_t days_per_month = 30;
constexpr std::int32_t months_per_year = 12;
constexpr double seconds_per_day = 86400.0;

Value interval_result(const std::optional<Interval>& interval, CallContext& context) {
  if (!interval) return context.fail("interval out of range");
  return interval->to_value(context.arena);
}

std::optional<Interval> add(const Interval& left, const Interval& right) {
  Interval sum;
  if (__builtin_add_overflow(left.months, right.months, &sum.months) ||
      __builtin_add_overflow(left.days, right.days, &sum.days) ||
      __builtin_add_overflow(left.microseconds, right.microseconds, &sum.microseconds))
    return std::nullopt;
  return sum;
}

std::optional<Interval> subtract(const Interval& left, const Interval& right) {
  Interval difference;
  if (__builtin_sub_overflow(left.months, right.months, &difference.months) ||
      __builtin_sub_overflow(left.days, right.days, &difference.days) ||
      __builtin_sub_overflow(left.microseconds, right.microseconds, &difference.microseconds))
    return std::nullopt;
  return difference;
}

Value plus(const Value* arguments, CallContext& context) {
  return interval_result(add(Interval::of_value(arguments[0]), Interval::of_value(arguments[1])),
                         context);
}

Value minus(const Value* arguments, CallContext& context) {
  return interval_result(
      subtract(Interval::of_value(arguments[0]), Interval::of_value(arguments[1])), context);
}

Value negate(const Value* arguments, CallContext& context) {
  return interval_result(subtract(Interval(), Interval::of_value(arguments[0])), context);
}

// Rounded to whole microseconds of a number of seconds (or of days, where PostgreSQL does the
// same).
double round_to_micro(double number) {
  return std::rint(number * 1e6) / 1e6;
}

std::optional<std::int32_t> whole_part(double number) {
  if (!(number >= -0x1p31 && number < 0x1p31)) return std::nullopt;
  return static_cast<std::int32_t>(number);
}

std::optional<std::int64_t> rounded(double number) {
  const double whole = std::rint(number);
  if (!(whole >= -0x1p63 && whole < 0x1p63)) return std::nullopt;
  return static_cast<std::int64_t>(whole);
}

// The interval whose exact fields are these fractions; what the integer fields cannot hold goes one
// field down.
// In this order and with these roundings, since each is a floating-point operation whose last digit
// shows (interval_mul, interval_div).
std::optional<Interval> cascade(double months, double days, double microseconds) {
  const auto whole_months = whole_part(months);
  const auto whole_days = whole_part(days);
  if (!whole_months || !whole_days) return std::nullopt;
  const double month_days = round_to_micro((months - *whole_months) * days_per_month);
  const auto month_whole_days = static_cast<std::int32_t>(month_days);
  double seconds =
      round_to_micro((days - *whole_days + month_days - month_whole_days) * seconds_per_day);
  std::int64_t total_days = *whole_days;
  if (std::abs(seconds) >= seconds_per_day) {
    const auto overflow = static_cast<std::int32_t>(seconds / seconds_per_day);
    total_days += overflow;
    seconds -= overflow * seconds_per_day;
  }
  total_days += month_whole_days;
  const auto time = rounded(microseconds + seconds * 1e6);
  const auto fitting_days = whole_part(static_cast<double>(total_days));
  if (!time || !fitting_days) return std::nullopt;
  return Interval{*time, *fitting_days, *whole_months};
}

Value product(const Interval& interval, double factor, CallContext& context) {
  return interval_result(cascade(interval.months * factor, interval.days * factor,
                                 static_cast<double>(interval.microseconds) * factor),
                         context);
}

Value times_real(const Value* arguments, CallContext& context) {
  return product(Interval::of_value(arguments[0]), arguments[1].real, context);
}

Value real_times(const Value* arguments, CallContext& context) {
  return product(Interval::of_value(arguments[1]), arguments[0].real, context);
}

Value divide_by_real(const Value* arguments, CallContext& context) {
  const Interval interval = Interval::of_value(arguments[0]);
  const double divisor = arguments[1].real;
  if (divisor == 0.0) return context.fail("division by zero");
  return interval_result(cascade(interval.months / divisor, interval.days / divisor,
                                 static_cast<double>(interval.microseconds) / divisor),
                         context);
}

// Moves whole units of the lower field into the higher one.
template <typename Low>
bool carry(Low& low, Low unit, std::int32_t& high) {
  const Low whole = low / unit;
  low -= whole * unit;
  return !__builtin_add_overflow(high, whole, &high);
}

// Gives both fields the same sign, borrowing one unit.
template <typename Low>
void agree_sign(Low& low, Low unit, std::int32_t& high) {
  if (high > 0 && low < 0) {
    low += unit;
    --high;
  } else if (high < 0 && low > 0) {
    low -= unit;
    ++high;
  }
}

bool carry_days(Interval& interval) {
  return carry(interval.days, days_per_month, interval.months);
}

bool carry_time(Interval& interval) {
  return carry(interval.microseconds, microseconds_per_day, interval.days);
}

Value justify_days(const Value* arguments, CallContext& context) {
  Interval interval = Interval::of_value(arguments[0]);
  if (!carry_days(interval)) return interval_result(std::nullopt, context);
  agree_sign(interval.days, days_per_month, interval.months);
  return interval_result(interval, context);
}

Value justify_hours(const Value* arguments, CallContext& context) {
  Interval interval = Interval::of_value(arguments[0]);
  if (!carry_time(interval)) return interval_result(std::nullopt, context);
  agree_sign(interval.microseconds, microseconds_per_day, interval.days);
  return interval_result(interval, context);
}

Value justify_interval(const Value* arguments, CallContext& context) {
  Interval interval = Interval::of_value(arguments[0]);
  // Where days and time have one sign, days go first, which may prevent an overflow.
  const bool days_first = (interval.days > 0 && interval.microseconds > 0) ||
                          (interval.days < 0 && interval.microseconds < 0);
  if ((days_first && !carry_days(interval)) || !carry_time(interval) || !carry_days(interval))
    return interval_result(std::nullopt, context);
  const auto rest_sign = [&interval] {
    const std::int64_t rest = interval.days != 0 ? interval.days : interval.microseconds;
    return rest > 0 ? 1 : (rest < 0 ? -1 : 0);
  };
  if (interval.months > 0 && rest_sign() < 0) {
    interval.days += days_per_month;
    --interval.months;
  } else if (interval.months < 0 && rest_sign() > 0) {
    interval.days -= days_per_month;
    ++interval.months;
  }
  agree_sign(interval.microseconds, microseconds_per_day, interval.days);
  return interval_result(interval, context);
}

std::optional<Interval> interval_of_fields(const std::array<std::int64_t, 6>& fields,
                                           double seconds) {
  const std::int64_t months = fields[0] * months_per_year + fields[1];
  const std::int64_t days = fields[2] * 7 + fields[3];
  const auto fraction = rounded(seconds * 1e6);
  const auto fitting_months = whole_part(static_cast<double>(months));
  const auto fitting_days = whole_part(static_cast<double>(days));
  if (!fraction || !fitting_months || !fitting_days) return std::nullopt;
  const Int128 time = Int128{fields[4]} * microseconds_per_hour +
                      Int128{fields[5]} * microseconds_per_minute + *fraction;
  const auto fitting_time = static_cast<std::int64_t>(time);
  if (Int128{fitting_time} != time) return std::nullopt;
  return Interval{fitting_time, *fitting_days, *fitting_months};
}

// years, months, weeks, days, hours, mins, secs; what is not given is 0.
Value make_interval(const Value* arguments, CallContext& context) {
  const std::size_t count = context.argument_types.size();
  std::array<std::int64_t, 6> fields = {};
  for (std::size_t i = 0; i < fields.size() && i < count; ++i) fields[i] = arguments[i].integer;
  return interval_result(interval_of_fields(fields, count > 6 ? arguments[6].real : 0.0), context);
}

Value is_finite(const Value*, CallContext&) {
  return Value::of_boolean(true);
}

}  // namespace

std::vector<Function> interval_functions() {
  constexpr auto operation = FunctionKind::operation;
  std::vector<Function> functions = {
      {"+", {interval, interval}, interval, plus, operation},
      {"-", {interval, interval}, interval, minus, operation},
      {"-", {interval}, interval, negate, operation},
      {"*", {interval, float8}, interval, times_real, operation},
      {"*", {float8, interval}, interval, real_times, operation},
      {"/", {interval, float8}, interval, divide_by_real, operation},
      {"justify_days", {interval}, interval, justify_days},
      {"justify_hours", {interval}, interval, justify_hours},
      {"justify_interval", {interval}, interval, justify_interval},
      {"isfinite", {interval}, boolean, is_finite},
      {"make_interval", {int4, int4, int4, int4, int4, int4, float8}, interval, make_interval},
  };
  // The defaults of make_interval: any leading part of its arguments.
  std::vector<TypeKind> leading;
  for (int count = 0; count <= 6; ++count, leading.push_back(int4))
    functions.push_back({"make_interval", leading, interval, make_interval});
  return functions;
}

}  // namespace deltamill
