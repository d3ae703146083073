// extract gives numerics with the scale of the field, date_part the same as doubles, computed by
// PostgreSQL's formulas. Of an infinity, fields that only grow are infinite and the others NULL.
// The session's time zone is UTC; date_trunc in another one: zone_functions.cpp.
#include "views/functions/datetime_fields.h"

#include <array>
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

enum class Unit : std::uint8_t {
  microsecond,
  millisecond,
  second,
  minute,
  hour,
  day,
  week,
  month,
  quarter,
  year,
  decade,
  century,
  millennium,
  timezone,
  timezone_hour,
  timezone_minute,
  // The following are fields, not units of truncation.
  day_of_week,
  iso_day_of_week,
  day_of_year,
  iso_year,
  julian_day,
  epoch,
};

struct UnitName {
  std::string_view name;  // its first ten characters, as PostgreSQL compares
  Unit unit;
};

constexpr std::size_t name_bytes_max = 10;

constexpr std::array unit_names = std::to_array<UnitName>({
    {"c", Unit::century},
    {"cent", Unit::century},
    {"centuries", Unit::century},
    {"century", Unit::century},
    {"d", Unit::day},
    {"day", Unit::day},
    {"days", Unit::day},
    {"dec", Unit::decade},
    {"decade", Unit::decade},
    {"decades", Unit::decade},
    {"decs", Unit::decade},
    {"dow", Unit::day_of_week},
    {"doy", Unit::day_of_year},
    {"epoch", Unit::epoch},
    {"h", Unit::hour},
    {"hour", Unit::hour},
    {"hours", Unit::hour},
    {"hr", Unit::hour},
    {"hrs", Unit::hour},
    {"isodow", Unit::iso_day_of_week},
    {"isoyear", Unit::iso_year},
    {"j", Unit::julian_day},
    {"jd", Unit::julian_day},
    {"julian", Unit::julian_day},
    {"m", Unit::minute},
    {"microsecon", Unit::microsecond},
    {"mil", Unit::millennium},
    {"millennia", Unit::millennium},
    {"millennium", Unit::millennium},
    {"millisecon", Unit::millisecond},
    {"mils", Unit::millennium},
    {"min", Unit::minute},
    {"mins", Unit::minute},
    {"minute", Unit::minute},
    {"minutes", Unit::minute},
    {"mon", Unit::month},
    {"mons", Unit::month},
    {"month", Unit::month},
    {"months", Unit::month},
    {"ms", Unit::millisecond},
    {"msec", Unit::millisecond},
    {"msecond", Unit::millisecond},
    {"mseconds", Unit::millisecond},
    {"msecs", Unit::millisecond},
    {"qtr", Unit::quarter},
    {"quarter", Unit::quarter},
    {"s", Unit::second},
    {"sec", Unit::second},
    {"second", Unit::second},
    {"seconds", Unit::second},
    {"secs", Unit::second},
    {"timezone", Unit::timezone},
    {"timezone_h", Unit::timezone_hour},
    {"timezone_m", Unit::timezone_minute},
    {"us", Unit::microsecond},
    {"usec", Unit::microsecond},
    {"usecond", Unit::microsecond},
    {"useconds", Unit::microsecond},
    {"usecs", Unit::microsecond},
    {"w", Unit::week},
    {"week", Unit::week},
    {"weeks", Unit::week},
    {"y", Unit::year},
    {"year", Unit::year},
    {"years", Unit::year},
    {"yr", Unit::year},
    {"yrs", Unit::year},
});

std::optional<Unit> unit_of(std::string_view name) {
  name = name.substr(0, name_bytes_max);
  for (const UnitName& known : unit_names)
    if (known.name == name) return known.unit;
  return std::nullopt;
}

Value fail_unit(std::string_view name, std::string_view what, TypeKind kind, CallContext& context) {
  Type type;
  type.kind = kind;
  return fail_with(context, "unit \"{}\" not {} for type {}", name, what, format_type(type));
}

// --- fields ---

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
Field seconds_field(Unit unit, std::int64_t microseconds) {
  const double seconds = static_cast<double>(microseconds / microseconds_per_second);
  const double fraction = static_cast<double>(microseconds % microseconds_per_second);
  if (unit == Unit::second) return scaled(microseconds, 6, seconds + fraction / 1000000.0);
  if (unit == Unit::millisecond)
    return scaled(microseconds, 3, seconds * 1000.0 + fraction / 1000.0);
  return whole(microseconds);
}

// Fields of a time of day.
OptionalField time_field(Unit unit, std::int64_t time) {
  switch (unit) {
    case Unit::microsecond:
    case Unit::millisecond:
    case Unit::second: return seconds_field(unit, time % microseconds_per_minute);
    case Unit::minute: return whole(time / microseconds_per_minute % 60);
    case Unit::hour: return whole(time / microseconds_per_hour);
    default: return std::nullopt;
  }
}

// Years are counted without a year 0, so the eras before and after it mirror each other.
std::int64_t era(std::int64_t year, std::int64_t length) {
  if (year > 0) return (year + length - 1) / length;
  return -((length - 1 - (year - 1)) / length);
}

std::int64_t decade_of(std::int64_t year) {
  return year >= 0 ? year / 10 : -((8 - (year - 1)) / 10);
}

std::int64_t thursday_of_week(std::int64_t days) {
  return days - iso_weekday(days) + 4;
}

std::int64_t iso_week(std::int64_t days) {
  const std::int64_t thursday = thursday_of_week(days);
  return (thursday - days_from_civil({civil_from_days(thursday).year, 1, 1})) / 7 + 1;
}

constexpr std::int64_t julian_of_2000 = 2451545;

// Fields of a day.
OptionalField day_field(Unit unit, std::int64_t days) {
  const CivilDate date = civil_from_days(days);
  const auto without_zero = [](std::int64_t year) { return year > 0 ? year : year - 1; };
  switch (unit) {
    case Unit::day: return whole(date.day);
    case Unit::month: return whole(date.month);
    case Unit::quarter: return whole((date.month - 1) / 3 + 1);
    case Unit::week: return whole(iso_week(days));
    case Unit::year: return whole(without_zero(date.year));
    case Unit::decade: return whole(decade_of(date.year));
    case Unit::century: return whole(era(date.year, 100));
    case Unit::millennium: return whole(era(date.year, 1000));
    case Unit::iso_year: return whole(without_zero(civil_from_days(thursday_of_week(days)).year));
    case Unit::day_of_week: return whole(iso_weekday(days) % 7);
    case Unit::iso_day_of_week: return whole(iso_weekday(days));
    case Unit::day_of_year: return whole(days - days_from_civil({date.year, 1, 1}) + 1);
    case Unit::julian_day: return whole(days + julian_of_2000);
    default: return std::nullopt;
  }
}

// Fields of an infinity: those that only grow with time are infinite. `known` = the type has this
// field.
OptionalField infinite_field(Unit unit, bool negative, bool known) {
  if (!known) return std::nullopt;
  Field field;
  switch (unit) {
    case Unit::year:
    case Unit::decade:
    case Unit::century:
    case Unit::millennium:
    case Unit::iso_year:
    case Unit::julian_day:
    case Unit::epoch:
      field.classification = negative ? Field::Class::negative_infinity : Field::Class::infinity;
      break;
    default: field.classification = Field::Class::null;
  }
  return field;
}

OptionalField date_field(Unit unit, std::int64_t days) {
  constexpr std::int64_t seconds_per_day = 86400;
  const auto finite_field = [unit](std::int64_t day) -> OptionalField {
    if (unit == Unit::epoch) return whole((day - unix_epoch_days) * seconds_per_day);
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

OptionalField finite_timestamp_field(Unit unit, std::int64_t timestamp, TimeZone zone) {
  const DayAndTime at = split_timestamp(timestamp);
  switch (unit) {
    case Unit::epoch: return epoch_field(timestamp);
    case Unit::julian_day: return julian_field(at);
    case Unit::timezone:
    case Unit::timezone_hour:
    case Unit::timezone_minute:
      if (zone == TimeZone::utc) return whole(0);
      return std::nullopt;
    default: break;
  }
  const OptionalField field = time_field(unit, at.time);
  return field ? field : day_field(unit, at.days);
}

OptionalField timestamp_field(Unit unit, std::int64_t timestamp, TimeZone zone) {
  if (timestamp_is_finite(timestamp)) return finite_timestamp_field(unit, timestamp, zone);
  // PostgreSQL gives NULL for the zone of an infinity even where the type has none.
  const bool known = finite_timestamp_field(unit, 0, TimeZone::utc).has_value();
  return infinite_field(unit, timestamp < 0, known);
}

OptionalField time_of_day_field(Unit unit, std::int64_t time) {
  if (unit == Unit::epoch) return scaled(time, 6, static_cast<double>(time) / 1000000.0);
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

OptionalField interval_field(Unit unit, const Interval& interval) {
  const std::int32_t years = interval.months / 12;
  const std::int32_t months = interval.months % 12;
  switch (unit) {
    case Unit::day: return whole(interval.days);
    case Unit::month: return whole(months);
    case Unit::quarter: return whole(months / 3 + 1);
    case Unit::year: return whole(years);
    case Unit::decade: return whole(years / 10);
    case Unit::century: return whole(years / 100);
    case Unit::millennium: return whole(years / 1000);
    case Unit::epoch: return interval_epoch(interval);
    default: return time_field(unit, interval.microseconds);
  }
}

template <TypeKind kind>
OptionalField field_of(Unit unit, const Value& value) {
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
  const auto unit = unit_of(name);
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

// --- truncation ---

// The first day of the unit that holds this day. Nothing = not a unit of days.
std::optional<std::int64_t> truncate_days(Unit unit, std::int64_t days) {
  const CivilDate date = civil_from_days(days);
  const std::int64_t year = date.year;
  const auto first_of_era = [year](std::int64_t length) {
    return year > 0 ? era(year, length) * length - length + 1 : era(year, length) * length + 1;
  };
  switch (unit) {
    case Unit::millennium: return days_from_civil({first_of_era(1000), 1, 1});
    case Unit::century: return days_from_civil({first_of_era(100), 1, 1});
    case Unit::decade: return days_from_civil({decade_of(year) * 10, 1, 1});
    case Unit::year: return days_from_civil({year, 1, 1});
    case Unit::quarter: return days_from_civil({year, (date.month - 1) / 3 * 3 + 1, 1});
    case Unit::month: return days_from_civil({year, date.month, 1});
    case Unit::week: return days - iso_weekday(days) + 1;
    case Unit::day: return days;
    default: return std::nullopt;
  }
}

// Microseconds in a unit below a day. Nothing = not one.
std::optional<std::int64_t> unit_length(Unit unit) {
  switch (unit) {
    case Unit::hour: return microseconds_per_hour;
    case Unit::minute: return microseconds_per_minute;
    case Unit::second: return microseconds_per_second;
    case Unit::millisecond: return 1000;
    case Unit::microsecond: return 1;
    default: return std::nullopt;
  }
}

// date_trunc knows units only, not the fields that extract has besides.
std::optional<Unit> truncation_unit_of(std::string_view name) {
  const auto unit = unit_of(name);
  return unit && *unit < Unit::day_of_week ? unit : std::nullopt;
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
std::optional<std::int32_t> unit_months(Unit unit) {
  switch (unit) {
    case Unit::month: return 1;
    case Unit::quarter: return 3;
    case Unit::year: return 12;
    case Unit::decade: return 120;
    case Unit::century: return 1200;
    case Unit::millennium: return 12000;
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
  } else if (*unit == Unit::day) {
    result.microseconds = 0;
  } else if (const auto months = unit_months(*unit)) {
    result = {0, 0, result.months - result.months % *months};
  } else {
    return fail_unit(name, "supported", interval, context);
  }
  return result.to_value(context.arena);
}

}  // namespace

std::optional<std::int64_t> timestamp_of_date(std::int64_t days) {
  if (days == date_infinity) return timestamp_infinity;
  if (days == date_negative_infinity) return timestamp_negative_infinity;
  if (days >= timestamp_end / microseconds_per_day) return std::nullopt;
  return days * microseconds_per_day;
}

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
      {"date_trunc", {text, timestamp}, timestamp, date_trunc<timestamp>},
      {"date_trunc", {text, timestamptz}, timestamptz, date_trunc<timestamptz>},
      {"date_trunc", {text, interval}, interval, truncate_interval},
  };
}

}  // namespace deltamill
