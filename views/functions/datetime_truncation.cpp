// date_trunc: the first moment of the unit that holds a time. On another clock than UTC's:
// zone_functions.cpp.
#include "views/data/datetime.h"
#include "views/data/interval.h"
#include "views/data/time_unit.h"
#include "views/functions/datetime_fields.h"
#include "views/functions/letter_case.h"

namespace deltamill {

namespace {

using enum TypeKind;

// The first day of the unit that holds this day. Nothing = not a unit of days.
std::optional<std::int64_t> truncate_days(TimeUnit unit, std::int64_t days) {
  const CivilDate date = civil_from_days(days);
  const std::int64_t year = date.year;
  const auto first_of_era = [year](std::int64_t length) {
    return year > 0 ? era(year, length) * length - length + 1 : era(year, length) * length + 1;
  };
  switch (unit) {
    case TimeUnit::millennium: return days_from_civil({first_of_era(1000), 1, 1});
    case TimeUnit::century: return days_from_civil({first_of_era(100), 1, 1});
    case TimeUnit::decade: return days_from_civil({decade_of(year) * 10, 1, 1});
    case TimeUnit::year: return days_from_civil({year, 1, 1});
    case TimeUnit::quarter: return days_from_civil({year, (date.month - 1) / 3 * 3 + 1, 1});
    case TimeUnit::month: return days_from_civil({year, date.month, 1});
    case TimeUnit::week: return days - iso_weekday(days) + 1;
    case TimeUnit::day: return days;
    default: return std::nullopt;
  }
}

// Microseconds in a unit below a day. Nothing = not one.
std::optional<std::int64_t> unit_length(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::hour: return microseconds_per_hour;
    case TimeUnit::minute: return microseconds_per_minute;
    case TimeUnit::second: return microseconds_per_second;
    case TimeUnit::millisecond: return 1000;
    case TimeUnit::microsecond: return 1;
    default: return std::nullopt;
  }
}

// date_trunc knows units only, not the fields that extract has besides.
std::optional<TimeUnit> truncation_unit_of(std::string_view name) {
  const auto unit = time_unit_of(name);
  return unit && !is_field_only(*unit) ? unit : std::nullopt;
}

template <TypeKind kind>
Value date_trunc(const Value* arguments, CallContext& context) {
  const std::int64_t value = arguments[1].integer;
  if (!timestamp_is_finite(value)) return arguments[1];
  const auto truncated = truncate_timestamp(arguments[0].text(), value, kind, context);
  if (!truncated) return Value::null();
  if (!timestamp_in_range(truncated->timestamp)) return context.fail("timestamp out of range");
  return Value::of_integer(truncated->timestamp);
}

// Months per unit of an interval above a day.
std::optional<std::int32_t> unit_months(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::month: return 1;
    case TimeUnit::quarter: return 3;
    case TimeUnit::year: return 12;
    case TimeUnit::decade: return 120;
    case TimeUnit::century: return 1200;
    case TimeUnit::millennium: return 12000;
    default: return std::nullopt;
  }
}

Value truncate_interval(const Value* arguments, CallContext& context) {
  const std::string_view name = lower_case(arguments[0].text(), context.arena);
  const auto unit = truncation_unit_of(name);
  if (!unit) return fail_unit(name, "recognized", interval, context);
  Interval result = Interval::of_value(arguments[1]);
  if (const auto length = unit_length(*unit)) {
    result.microseconds -= result.microseconds % *length;
  } else if (*unit == TimeUnit::day) {
    result.microseconds = 0;
  } else if (const auto months = unit_months(*unit)) {
    result = {0, 0, result.months - result.months % *months};
  } else {
    return fail_unit(name, "supported", interval, context);
  }
  return result.to_value(context.arena);
}

}  // namespace

std::optional<TruncatedTimestamp> truncate_timestamp(std::string_view unit, std::int64_t timestamp,
                                                     TypeKind kind, CallContext& context) {
  const std::string_view name = lower_case(unit, context.arena);
  const auto known = truncation_unit_of(name);
  if (!known) {
    fail_unit(name, "recognized", kind, context);
    return std::nullopt;
  }
  const DayAndTime at = split_timestamp(timestamp);
  if (const auto length = unit_length(*known))
    return TruncatedTimestamp{timestamp - at.time % *length, false};
  if (const auto days = truncate_days(*known, at.days))
    return TruncatedTimestamp{*days * microseconds_per_day, true};
  fail_unit(name, "supported", kind, context);
  return std::nullopt;
}

std::vector<Function> datetime_truncation_functions() {
  return {
      {"date_trunc", {text, timestamp}, timestamp, date_trunc<timestamp>},
      {"date_trunc", {text, timestamptz}, timestamptz, date_trunc<timestamptz>},
      {"date_trunc", {text, interval}, interval, truncate_interval},
  };
}

}  // namespace deltamill
