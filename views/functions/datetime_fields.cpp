// extract and date_part: extract gives numerics with the scale of the field, date_part the same as
// doubles, computed by PostgreSQL's formulas. Of an infinity, fields that only grow are infinite
// and the others NULL. The session's time zone is UTC.
#include "views/functions/datetime_fields.h"

#include <string>
#include <utility>

#include "views/data/datetime.h"
#include "views/data/interval.h"
#include "views/data/numeric.h"
#include "views/functions/letter_case.h"
#include "views/functions/result_text.h"

namespace deltamill {

namespace {

using enum TypeKind;

// The value of a field, as a decimal and as the double that date_part gives.
struct Field {
  enum class Class : std::uint8_t { finite, null, infinity, negative_infinity };

  Numeric decimal;
  double real = 0;
  Class classification = Class::finite;
};

using OptionalField = std::optional<Field>;  // nothing = the type has no such field

Field whole(std::int64_t number) {
  return {Numeric::of_integer(number), static_cast<double>(number)};
}

Field scaled(std::int64_t mantissa, std::uint32_t scale, double real) {
  return {Numeric(mantissa, scale), real};
}

// Microseconds of a minute as seconds, milliseconds or microseconds.
Field seconds_field(TimeUnit unit, std::int64_t microseconds) {
  const double seconds = static_cast<double>(microseconds / microseconds_per_second);
  const double fraction = static_cast<double>(microseconds % microseconds_per_second);
  if (unit == TimeUnit::second) return scaled(microseconds, 6, seconds + fraction / 1000000.0);
  if (unit == TimeUnit::millisecond)
    return scaled(microseconds, 3, seconds * 1000.0 + fraction / 1000.0);
  return whole(microseconds);
}

// Fields of a time of day.
OptionalField time_field(TimeUnit unit, std::int64_t time) {
  switch (unit) {
    case TimeUnit::microsecond:
    case TimeUnit::millisecond:
    case TimeUnit::second: return seconds_field(unit, time % microseconds_per_minute);
    case TimeUnit::minute: return whole(time / microseconds_per_minute % 60);
    case TimeUnit::hour: return whole(time / microseconds_per_hour);
    default: return std::nullopt;
  }
}

std::int64_t thursday_of_week(std::int64_t days) {
  return days - iso_weekday(days) + 4;
}

// The week's Thursday decides which year it belongs to and which week of it it is.
std::int64_t iso_week(std::int64_t days) {
  const std::int64_t thursday = thursday_of_week(days);
  return (thursday - days_from_civil({civil_from_days(thursday).year, 1, 1})) / 7 + 1;
}

constexpr std::int64_t julian_of_2000 = 2451545;

// Fields of a day.
OptionalField day_field(TimeUnit unit, std::int64_t days) {
  const CivilDate date = civil_from_days(days);
  // There is no year 0: 1 BC is −1.
  const auto without_zero = [](std::int64_t year) { return year > 0 ? year : year - 1; };
  switch (unit) {
    case TimeUnit::day: return whole(date.day);
    case TimeUnit::month: return whole(date.month);
    case TimeUnit::quarter: return whole((date.month - 1) / 3 + 1);
    case TimeUnit::week: return whole(iso_week(days));
    case TimeUnit::year: return whole(without_zero(date.year));
    case TimeUnit::decade: return whole(decade_of(date.year));
    case TimeUnit::century: return whole(era(date.year, 100));
    case TimeUnit::millennium: return whole(era(date.year, 1000));
    case TimeUnit::iso_year:
      return whole(without_zero(civil_from_days(thursday_of_week(days)).year));
    case TimeUnit::day_of_week: return whole(iso_weekday(days) % 7);
    case TimeUnit::iso_day_of_week: return whole(iso_weekday(days));
    case TimeUnit::day_of_year: return whole(days - days_from_civil({date.year, 1, 1}) + 1);
    case TimeUnit::julian_day: return whole(days + julian_of_2000);
    default: return std::nullopt;
  }
}

// Fields of an infinity: those that only grow with time are infinite. `known` = the type has this
// field.
OptionalField infinite_field(TimeUnit unit, bool negative, bool known) {
  if (!known) return std::nullopt;
  Field field;
  switch (unit) {
    case TimeUnit::year:
    case TimeUnit::decade:
    case TimeUnit::century:
    case TimeUnit::millennium:
    case TimeUnit::iso_year:
    case TimeUnit::julian_day:
    case TimeUnit::epoch:
      field.classification = negative ? Field::Class::negative_infinity : Field::Class::infinity;
      break;
    default: field.classification = Field::Class::null;
  }
  return field;
}

OptionalField date_field(TimeUnit unit, std::int64_t days) {
  constexpr std::int64_t seconds_per_day = 86400;
  const auto finite_field = [unit](std::int64_t day) -> OptionalField {
    if (unit == TimeUnit::epoch) return whole((day - unix_epoch_days) * seconds_per_day);
    return day_field(unit, day);
  };
  if (!date_is_finite(days)) return infinite_field(unit, days < 0, finite_field(0).has_value());
  return finite_field(days);
}

Field julian_field(const DayAndTime& at) {
  constexpr std::int64_t seconds_per_day = 86400;
  const std::int64_t day = at.days + julian_of_2000;
  const auto fraction =
      Numeric::divide(Numeric::of_integer(at.time), Numeric::of_integer(microseconds_per_day));
  const double seconds = static_cast<double>(at.time / microseconds_per_second) +
                         static_cast<double>(at.time % microseconds_per_second) / 1000000.0;
  return {Numeric::of_integer(day) + *fraction,
          static_cast<double>(day) + seconds / static_cast<double>(seconds_per_day)};
}

// Seconds since 1970. Where the microseconds leave 64 bits, PostgreSQL divides, which loses digits.
Field epoch_field(std::int64_t timestamp) {
  constexpr std::int64_t epoch = unix_epoch_days * microseconds_per_day;
  constexpr std::int32_t scale = 6;
  const double real = static_cast<double>(Int128{timestamp} - epoch) / 1000000.0;
  std::int64_t microseconds = 0;
  if (!__builtin_sub_overflow(timestamp, epoch, &microseconds))
    return scaled(microseconds, scale, real);
  const Numeric wide = Numeric::of_integer(timestamp) - Numeric::of_integer(epoch);
  const auto seconds = Numeric::divide(wide, Numeric::of_integer(microseconds_per_second));
  return {seconds->round(scale), real};
}

OptionalField finite_timestamp_field(TimeUnit unit, std::int64_t timestamp, TimeZone zone) {
  const DayAndTime at = split_timestamp(timestamp);
  switch (unit) {
    case TimeUnit::epoch: return epoch_field(timestamp);
    case TimeUnit::julian_day: return julian_field(at);
    case TimeUnit::timezone:
    case TimeUnit::timezone_hour:
    case TimeUnit::timezone_minute:
      if (zone == TimeZone::utc) return whole(0);
      return std::nullopt;
    default: break;
  }
  const OptionalField field = time_field(unit, at.time);
  return field ? field : day_field(unit, at.days);
}

OptionalField timestamp_field(TimeUnit unit, std::int64_t timestamp, TimeZone zone) {
  if (timestamp_is_finite(timestamp)) return finite_timestamp_field(unit, timestamp, zone);
  // PostgreSQL gives NULL for the zone of an infinity even where the type has none.
  const bool known = finite_timestamp_field(unit, 0, TimeZone::utc).has_value();
  return infinite_field(unit, timestamp < 0, known);
}

OptionalField time_of_day_field(TimeUnit unit, std::int64_t time) {
  if (unit == TimeUnit::epoch) return scaled(time, 6, static_cast<double>(time) / 1000000.0);
  return time_field(unit, time);
}

// A year of an interval lasts 365.25 days, a month 30.
Field interval_epoch(const Interval& interval) {
  constexpr std::int64_t seconds_per_quarter_day = 86400 / 4;
  const std::int64_t years = interval.months / 12;
  const std::int64_t months = interval.months % 12;
  const std::int64_t quarter_days = 1461 * years + 120 * months + std::int64_t{4} * interval.days;
  double real = static_cast<double>(interval.microseconds) / 1000000.0;
  real += 365.25 * 86400 * static_cast<double>(years);
  real += 30.0 * 86400 * static_cast<double>(months);
  real += 86400.0 * interval.days;
  return {Numeric(BigInteger(quarter_days * seconds_per_quarter_day) * microseconds_per_second +
                      interval.microseconds,
                  6),
          real};
}

OptionalField interval_field(TimeUnit unit, const Interval& interval) {
  const std::int32_t years = interval.months / 12;
  const std::int32_t months = interval.months % 12;
  switch (unit) {
    case TimeUnit::day: return whole(interval.days);
    case TimeUnit::month: return whole(months);
    case TimeUnit::quarter: return whole(months / 3 + 1);
    case TimeUnit::year: return whole(years);
    case TimeUnit::decade: return whole(years / 10);
    case TimeUnit::century: return whole(years / 100);
    case TimeUnit::millennium: return whole(years / 1000);
    case TimeUnit::epoch: return interval_epoch(interval);
    default: return time_field(unit, interval.microseconds);
  }
}

template <TypeKind kind>
OptionalField field_of(TimeUnit unit, const Value& value) {
  if constexpr (kind == date) return date_field(unit, value.integer);
  if constexpr (kind == time) return time_of_day_field(unit, value.integer);
  if constexpr (kind == timestamp) return timestamp_field(unit, value.integer, TimeZone::none);
  if constexpr (kind == timestamptz) return timestamp_field(unit, value.integer, TimeZone::utc);
  if constexpr (kind == interval) return interval_field(unit, Interval::of_value(value));
}

Value decimal_result(const Field& field, Arena& arena) {
  switch (field.classification) {
    case Field::Class::null: return Value::null();
    case Field::Class::infinity:
      return Numeric::special(Numeric::Class::positive_infinity).to_value(arena);
    case Field::Class::negative_infinity:
      return Numeric::special(Numeric::Class::negative_infinity).to_value(arena);
    default: return field.decimal.to_value(arena);
  }
}

Value real_result(const Field& field, Arena&) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  switch (field.classification) {
    case Field::Class::null: return Value::null();
    case Field::Class::infinity: return Value::of_real(infinity);
    case Field::Class::negative_infinity: return Value::of_real(-infinity);
    default: return Value::of_real(field.real);
  }
}

template <TypeKind kind, Value (*result)(const Field&, Arena&)>
Value extract(const Value* arguments, CallContext& context) {
  const std::string_view name = lower_case(arguments[0].text(), context.arena);
  const auto unit = time_unit_of(name);
  if (!unit) return fail_unit(name, "recognized", kind, context);
  const OptionalField field = field_of<kind>(*unit, arguments[1]);
  if (!field) return fail_unit(name, "supported", kind, context);
  return result(*field, context.arena);
}

// PostgreSQL's date_part of a date goes through its timestamp.
Value date_part_of_date(const Value* arguments, CallContext& context) {
  const auto midnight = timestamp_of_date(arguments[1].integer);
  if (!midnight) return context.fail("date out of range for timestamp");
  const Value at_midnight[2] = {arguments[0], Value::of_integer(*midnight)};
  return extract<timestamp, real_result>(at_midnight, context);
}

}  // namespace

std::optional<std::int64_t> timestamp_of_date(std::int64_t days) {
  if (days == date_infinity) return timestamp_infinity;
  if (days == date_negative_infinity) return timestamp_negative_infinity;
  if (days >= timestamp_end / microseconds_per_day) return std::nullopt;
  return days * microseconds_per_day;
}

Value fail_unit(std::string_view name, std::string_view what, TypeKind kind, CallContext& context) {
  Type type;
  type.kind = kind;
  return fail_with(context, "unit \"{}\" not {} for type {}", name, what, format_type(type));
}

std::int64_t era(std::int64_t year, std::int64_t length) {
  if (year > 0) return (year + length - 1) / length;
  return -((length - 1 - (year - 1)) / length);
}

std::int64_t decade_of(std::int64_t year) {
  return year >= 0 ? year / 10 : -((8 - (year - 1)) / 10);
}

std::vector<Function> datetime_field_functions() {
  return {
      {"extract", {text, date}, numeric, extract<date, decimal_result>},
      {"extract", {text, time}, numeric, extract<time, decimal_result>},
      {"extract", {text, timestamp}, numeric, extract<timestamp, decimal_result>},
      {"extract", {text, timestamptz}, numeric, extract<timestamptz, decimal_result>},
      {"extract", {text, interval}, numeric, extract<interval, decimal_result>},
      {"date_part", {text, date}, float8, date_part_of_date},
      {"date_part", {text, time}, float8, extract<time, real_result>},
      {"date_part", {text, timestamp}, float8, extract<timestamp, real_result>},
      {"date_part", {text, timestamptz}, float8, extract<timestamptz, real_result>},
      {"date_part", {text, interval}, float8, extract<interval, real_result>},
  };
}

}  // namespace deltamill
