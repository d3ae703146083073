// Arithmetic of dates, times and timestamps, and their construction. An interval is added month by
// month (the day is cut to the end of the month), then day by day, then as microseconds; every step
// must stay in range. The session's time zone is UTC, so timestamp and timestamptz differ in type
// only; other zones: zone_functions.cpp.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "views/data/datetime.h"
#include "views/data/interval.h"
#include "views/functions/datetime_fields.h"
#include "views/functions/datetime_format.h"
#include "views/functions/function.h"
#include "views/functions/result_text.h"
#include "views/functions/zone_functions.h"

namespace deltamill {

namespace {

using enum TypeKind;

constexpr std::string_view timestamp_out_of_range = "timestamp out of range";

Value timestamp_result(const std::optional<std::int64_t>& timestamp, CallContext& context) {
  if (!timestamp) return context.fail(timestamp_out_of_range);
  return Value::of_integer(*timestamp);
}

Value shift_date(std::int64_t days, std::int64_t shift, CallContext& context) {
  if (!date_is_finite(days)) return Value::of_integer(days);
  if (!date_in_range(days + shift)) return context.fail("date out of range");
  return Value::of_integer(days + shift);
}

Value date_plus_days(const Value* arguments, CallContext& context) {
  return shift_date(arguments[0].integer, arguments[1].integer, context);
}

Value days_plus_date(const Value* arguments, CallContext& context) {
  return shift_date(arguments[1].integer, arguments[0].integer, context);
}

Value date_minus_days(const Value* arguments, CallContext& context) {
  return shift_date(arguments[0].integer, -arguments[1].integer, context);
}

Value date_minus_date(const Value* arguments, CallContext& context) {
  const std::int64_t left = arguments[0].integer;
  const std::int64_t right = arguments[1].integer;
  if (!date_is_finite(left) || !date_is_finite(right))
    return context.fail("cannot subtract infinite dates");
  return Value::of_integer(left - right);
}

std::optional<std::int64_t> in_range(std::int64_t timestamp) {
  if (!timestamp_in_range(timestamp)) return std::nullopt;
  return timestamp;
}

std::optional<std::int64_t> of_day_and_time(std::int64_t days, std::int64_t time) {
  // Far enough from overflow: no date is beyond 64-bit microseconds by more than the check sees.
  if (days < timestamp_begin / microseconds_per_day - 1 ||
      days > timestamp_end / microseconds_per_day)
    return std::nullopt;
  return in_range(days * microseconds_per_day + time);
}

std::optional<std::int64_t> add_months(std::int64_t timestamp, std::int64_t months) {
  const DayAndTime at = split_timestamp(timestamp);
  CivilDate date = civil_from_days(at.days);
  // Months counted from year 0, so that the year is a floor division: 31 January and a month is the
  // last of February.
  const std::int64_t month = date.year * 12 + date.month - 1 + months;
  date.year = month >= 0 ? month / 12 : -((11 - month) / 12);
  date.month = static_cast<std::int32_t>(month - date.year * 12) + 1;
  date.day = std::min(date.day, days_in_month(date.year, date.month));
  return of_day_and_time(days_from_civil(date), at.time);
}

// `sign` is 1 or -1.
std::optional<std::int64_t> add_interval(std::int64_t timestamp, const Interval& interval,
                                         std::int64_t sign) {
  if (!timestamp_is_finite(timestamp)) return timestamp;
  std::optional<std::int64_t> result = timestamp;
  if (interval.months != 0) result = add_months(*result, sign * interval.months);
  if (result && interval.days != 0) {
    const DayAndTime at = split_timestamp(*result);
    result = of_day_and_time(at.days + sign * interval.days, at.time);
  }
  if (!result) return std::nullopt;
  // In 128 bits: the sum of two 64-bit numbers is checked against the range once, not for overflow
  // on the way.
  const Int128 sum = Int128{*result} + Int128{interval.microseconds} * sign;
  if (sum < timestamp_begin || sum >= timestamp_end) return std::nullopt;
  return static_cast<std::int64_t>(sum);
}

template <std::int64_t sign>
Value timestamp_and_interval(const Value* arguments, CallContext& context) {
  const Interval interval = Interval::of_value(arguments[1]);
  return timestamp_result(add_interval(arguments[0].integer, interval, sign), context);
}

Value interval_plus_timestamp(const Value* arguments, CallContext& context) {
  const Interval interval = Interval::of_value(arguments[0]);
  return timestamp_result(add_interval(arguments[1].integer, interval, 1), context);
}

Value shift_midnight(std::int64_t days, const Interval& interval, std::int64_t sign,
                     CallContext& context) {
  const auto midnight = timestamp_of_date(days);
  if (!midnight) return context.fail("date out of range for timestamp");
  return timestamp_result(add_interval(*midnight, interval, sign), context);
}

template <std::int64_t sign>
Value date_and_interval(const Value* arguments, CallContext& context) {
  return shift_midnight(arguments[0].integer, Interval::of_value(arguments[1]), sign, context);
}

Value interval_plus_date(const Value* arguments, CallContext& context) {
  return shift_midnight(arguments[1].integer, Interval::of_value(arguments[0]), 1, context);
}

Value date_plus_time(const Value* arguments, CallContext& context) {
  return shift_midnight(arguments[0].integer, Interval{arguments[1].integer, 0, 0}, 1, context);
}

Value time_plus_date(const Value* arguments, CallContext& context) {
  return shift_midnight(arguments[1].integer, Interval{arguments[0].integer, 0, 0}, 1, context);
}

// Whole days of the difference become days.
Value timestamp_minus_timestamp(const Value* arguments, CallContext& context) {
  const std::int64_t left = arguments[0].integer;
  const std::int64_t right = arguments[1].integer;
  if (!timestamp_is_finite(left) || !timestamp_is_finite(right))
    return context.fail("cannot subtract infinite timestamps");
  std::int64_t difference = 0;
  if (__builtin_sub_overflow(left, right, &difference))
    return context.fail("interval out of range");
  const Interval interval = {difference % microseconds_per_day,
                             static_cast<std::int32_t>(difference / microseconds_per_day), 0};
  return interval.to_value(context.arena);
}

// The interval's days do not count; the sum wraps at midnight.
Value wrap_time(std::int64_t time, std::int64_t shift) {
  const std::int64_t sum = (time + shift % microseconds_per_day) % microseconds_per_day;
  return Value::of_integer(sum < 0 ? sum + microseconds_per_day : sum);
}

Value time_plus_interval(const Value* arguments, CallContext&) {
  return wrap_time(arguments[0].integer, Interval::of_value(arguments[1]).microseconds);
}

Value interval_plus_time(const Value* arguments, CallContext&) {
  return wrap_time(arguments[1].integer, Interval::of_value(arguments[0]).microseconds);
}

Value time_minus_interval(const Value* arguments, CallContext&) {
  const std::int64_t shift = Interval::of_value(arguments[1]).microseconds % microseconds_per_day;
  return wrap_time(arguments[0].integer, -shift);
}

Value time_minus_time(const Value* arguments, CallContext& context) {
  return Interval{arguments[0].integer - arguments[1].integer, 0, 0}.to_value(context.arena);
}

// The difference later - earlier in years, months, days and time. Missing days are borrowed from
// the month in which the earlier timestamp lies.
Interval symbolic_difference(std::int64_t later, std::int64_t earlier) {
  const DayAndTime later_at = split_timestamp(later);
  const DayAndTime earlier_at = split_timestamp(earlier);
  const CivilDate later_date = civil_from_days(later_at.days);
  const CivilDate earlier_date = civil_from_days(earlier_at.days);
  std::int64_t time = later_at.time - earlier_at.time;
  std::int32_t days = later_date.day - earlier_date.day;
  std::int64_t months =
      (later_date.year - earlier_date.year) * 12 + later_date.month - earlier_date.month;
  if (time < 0) {
    time += microseconds_per_day;
    --days;
  }
  for (; days < 0; --months) days += days_in_month(earlier_date.year, earlier_date.month);
  return {time, days, static_cast<std::int32_t>(months)};
}

Value age(const Value* arguments, CallContext& context) {
  const std::int64_t first = arguments[0].integer;
  const std::int64_t second = arguments[1].integer;
  if (!timestamp_is_finite(first) || !timestamp_is_finite(second))
    return context.fail(timestamp_out_of_range);
  if (first >= second) return symbolic_difference(first, second).to_value(context.arena);
  const Interval interval = symbolic_difference(second, first);
  return Interval{-interval.microseconds, -interval.days, -interval.months}.to_value(context.arena);
}

Value date_bin(const Value* arguments, CallContext& context) {
  const Interval stride = Interval::of_value(arguments[0]);
  const std::int64_t source = arguments[1].integer;
  const std::int64_t origin = arguments[2].integer;
  if (!timestamp_is_finite(source)) return arguments[1];
  if (!timestamp_is_finite(origin)) return context.fail("origin out of range");
  if (stride.months != 0)
    return context.fail("timestamps cannot be binned into intervals containing months or years");
  const Int128 width = Int128{stride.days} * microseconds_per_day + stride.microseconds;
  if (width != static_cast<std::int64_t>(width)) return context.fail("interval out of range");
  if (width <= 0) return context.fail("stride must be greater than zero");
  const Int128 distance = Int128{source} - origin;
  if (distance != static_cast<std::int64_t>(distance)) return context.fail("interval out of range");
  // Bins begin at the origin in both directions: before it the remainder is negative and a whole
  // bin is taken off.
  const Int128 rest = distance % width;
  const Int128 bin = Int128{source} - rest - (rest < 0 ? width : Int128{0});
  if (bin < timestamp_begin || bin >= timestamp_end) return context.fail(timestamp_out_of_range);
  return Value::of_integer(static_cast<std::int64_t>(bin));
}

bool fail_date(const Value* arguments, CallContext& context) {
  fail_with(context, "date out of range: {}-{:02}-{:02}", arguments[0].integer,
            arguments[1].integer, arguments[2].integer);
  return false;
}

// A day of fields as make_date takes them: negative years are BC, there is no year 0. False =
// failed; the message then shows the year as given (make_timestamp) or as counted with a year 0
// (make_date).
bool read_date(const Value* arguments, bool show_given_year, std::int64_t& days,
               CallContext& context) {
  const std::int64_t year = arguments[0].integer;
  const std::int64_t month = arguments[1].integer;
  const std::int64_t day = arguments[2].integer;
  const bool is_year = year != 0 && year != std::numeric_limits<std::int32_t>::min();
  CivilDate date = {year < 0 && is_year ? year + 1 : year, 1, 1};
  const bool is_month = is_year && month >= 1 && month <= 12;
  if (is_month) date.month = static_cast<std::int32_t>(month);
  if (!is_month || day < 1 || day > days_in_month(date.year, date.month)) {
    fail_with(context, "date field value out of range: {}-{:02}-{:02}",
              show_given_year ? year : date.year, month, day);
    return false;
  }
  date.day = static_cast<std::int32_t>(day);
  days = days_from_civil(date);
  // PostgreSQL's Julian days: from November 4714 BC to before June 5874898.
  constexpr CivilDate first = {-4713, 11, 1};
  constexpr CivilDate end = {5874898, 6, 1};
  if (days >= days_from_civil(first) && days < days_from_civil(end)) return true;
  return fail_date(arguments, context);
}

// A number as C's %02g prints it, with PostgreSQL's names for what is none.
std::string printed_seconds(double seconds) {
  if (std::isnan(seconds)) return "NaN";
  if (std::isinf(seconds)) return seconds > 0 ? "Infinity" : "-Infinity";
  return fmt::format("{:02g}", seconds);
}

bool read_time(const Value* arguments, std::int64_t& time, CallContext& context) {
  const std::int64_t hour = arguments[0].integer;
  const std::int64_t minute = arguments[1].integer;
  const double seconds = arguments[2].real;
  const double microseconds = std::rint(seconds * 1e6);
  const bool fields_fit = hour >= 0 && hour <= 24 && minute >= 0 && minute < 60 &&
                          microseconds >= 0 && microseconds <= 60e6;
  if (fields_fit)
    time = hour * microseconds_per_hour + minute * microseconds_per_minute +
           static_cast<std::int64_t>(microseconds);
  if (fields_fit && time <= microseconds_per_day) return true;
  fail_with(context, "time field value out of range: {}:{:02}:{}", hour, minute,
            printed_seconds(seconds));
  return false;
}

Value make_date(const Value* arguments, CallContext& context) {
  std::int64_t days = 0;
  if (!read_date(arguments, false, days, context)) return Value::null();
  if (!date_in_range(days)) fail_date(arguments, context);
  return Value::of_integer(days);
}

Value make_time(const Value* arguments, CallContext& context) {
  std::int64_t time = 0;
  return read_time(arguments, time, context) ? Value::of_integer(time) : Value::null();
}

Value make_timestamp(const Value* arguments, CallContext& context) {
  std::int64_t days = 0;
  std::int64_t time = 0;
  if (!read_date(arguments, true, days, context) || !read_time(arguments + 3, time, context))
    return Value::null();
  const auto timestamp = of_day_and_time(days, time);
  if (timestamp) return Value::of_integer(*timestamp);
  return fail_with(context, "timestamp out of range: {}-{:02}-{:02} {}:{:02}:{}",
                   arguments[0].integer, arguments[1].integer, arguments[2].integer,
                   arguments[3].integer, arguments[4].integer, printed_seconds(arguments[5].real));
}

// Seconds since 1970.
Value to_timestamp(const Value* arguments, CallContext& context) {
  const double seconds = arguments[0].real;
  if (std::isnan(seconds)) return context.fail("timestamp cannot be NaN");
  if (std::isinf(seconds))
    return Value::of_integer(seconds > 0 ? timestamp_infinity : timestamp_negative_infinity);
  constexpr double epoch_seconds = unix_epoch_days * 86400.0;
  const double microseconds = std::rint((seconds + epoch_seconds) * 1e6);
  if (microseconds < static_cast<double>(timestamp_begin) ||
      microseconds >= static_cast<double>(timestamp_end))
    return fail_with(context, "timestamp out of range: \"{:g}\"", seconds);
  return Value::of_integer(static_cast<std::int64_t>(microseconds));
}

template <bool (*finite)(std::int64_t)>
Value is_finite(const Value* arguments, CallContext&) {
  return Value::of_boolean(finite(arguments[0].integer));
}

std::vector<Function> datetime_operators() {
  constexpr auto operation = FunctionKind::operation;
  std::vector<Function> functions = {
      {"+", {date, int4}, date, date_plus_days, operation},
      {"+", {int4, date}, date, days_plus_date, operation},
      {"-", {date, int4}, date, date_minus_days, operation},
      {"-", {date, date}, int4, date_minus_date, operation},
      {"+", {date, interval}, timestamp, date_and_interval<1>, operation},
      {"+", {interval, date}, timestamp, interval_plus_date, operation},
      {"-", {date, interval}, timestamp, date_and_interval<-1>, operation},
      {"+", {date, time}, timestamp, date_plus_time, operation},
      {"+", {time, date}, timestamp, time_plus_date, operation},
      {"+", {time, interval}, time, time_plus_interval, operation},
      {"+", {interval, time}, time, interval_plus_time, operation},
      {"-", {time, interval}, time, time_minus_interval, operation},
      {"-", {time, time}, interval, time_minus_time, operation},
  };
  for (const TypeKind kind : {timestamp, timestamptz}) {
    functions.push_back({"+", {kind, interval}, kind, timestamp_and_interval<1>, operation});
    functions.push_back({"+", {interval, kind}, kind, interval_plus_timestamp, operation});
    functions.push_back({"-", {kind, interval}, kind, timestamp_and_interval<-1>, operation});
    functions.push_back({"-", {kind, kind}, interval, timestamp_minus_timestamp, operation});
  }
  return functions;
}

}  // namespace

std::vector<Function> datetime_functions() {
  std::vector<Function> functions = datetime_operators();
  for (Function& function : datetime_field_functions()) functions.push_back(std::move(function));
  for (Function& function : datetime_truncation_functions())
    functions.push_back(std::move(function));
  for (Function& function : datetime_format_functions()) functions.push_back(std::move(function));
  for (Function& function : zone_functions()) functions.push_back(std::move(function));
  for (const TypeKind kind : {timestamp, timestamptz}) {
    functions.push_back({"age", {kind, kind}, interval, age});
    functions.push_back({"date_bin", {interval, kind, kind}, kind, date_bin});
    functions.push_back({"isfinite", {kind}, boolean, is_finite<timestamp_is_finite>});
  }
  const std::vector<Function> others = {
      {"isfinite", {date}, boolean, is_finite<date_is_finite>},
      {"make_date", {int4, int4, int4}, date, make_date},
      {"make_time", {int4, int4, float8}, time, make_time},
      {"make_timestamp", {int4, int4, int4, int4, int4, float8}, timestamp, make_timestamp},
      {"make_timestamptz", {int4, int4, int4, int4, int4, float8}, timestamptz, make_timestamp},
      {"to_timestamp", {float8}, timestamptz, to_timestamp},
  };
  functions.insert(functions.end(), others.begin(), others.end());
  return functions;
}

}  // namespace deltamill
