// Dates, times and timestamps as PostgreSQL holds them: days and microseconds since 2000-01-01,
// infinities at the ends. The calendar is the proleptic Gregorian one; values
// are in UTC and printed so. Other zones: time_zones.h. Intervals: interval.h.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace deltamill {

class TimeZones;  // time_zones.h

inline constexpr std::int64_t microseconds_per_second = 1'000'000;
inline constexpr std::int64_t microseconds_per_minute = 60 * microseconds_per_second;
inline constexpr std::int64_t microseconds_per_hour = 60 * microseconds_per_minute;
inline constexpr std::int64_t microseconds_per_day = 24 * microseconds_per_hour;

// Infinities of a date (days) and of a timestamp (microseconds).
inline constexpr std::int64_t date_negative_infinity = std::numeric_limits<std::int32_t>::min();
inline constexpr std::int64_t date_infinity = std::numeric_limits<std::int32_t>::max();
inline constexpr std::int64_t timestamp_negative_infinity =
    std::numeric_limits<std::int64_t>::min();
inline constexpr std::int64_t timestamp_infinity = std::numeric_limits<std::int64_t>::max();

// What PostgreSQL accepts: 4713-11-24 BC .. 5874897-12-31 as a date, .. 294276-12-31 as a
// timestamp. Ends exclusive.
inline constexpr std::int64_t date_begin = -2451545;
inline constexpr std::int64_t date_end = 2145031949;
inline constexpr std::int64_t timestamp_begin = -211813488000000000;
inline constexpr std::int64_t timestamp_end = 9223371331200000000;

// 1970-01-01 as days since 2000-01-01.
inline constexpr std::int64_t unix_epoch_days = -10957;

[[nodiscard]] constexpr bool date_is_finite(std::int64_t days) {
  return days != date_infinity && days != date_negative_infinity;
}
[[nodiscard]] constexpr bool timestamp_is_finite(std::int64_t microseconds) {
  return microseconds != timestamp_infinity && microseconds != timestamp_negative_infinity;
}
[[nodiscard]] constexpr bool date_in_range(std::int64_t days) {
  return days >= date_begin && days < date_end;
}
[[nodiscard]] constexpr bool timestamp_in_range(std::int64_t microseconds) {
  return microseconds >= timestamp_begin && microseconds < timestamp_end;
}

// A day of the calendar. Year 0 is 1 BC, -1 is 2 BC.
struct CivilDate {
  std::int64_t year = 2000;
  std::int32_t month = 1;  // 1..12
  std::int32_t day = 1;    // 1..31

  [[nodiscard]] bool operator==(const CivilDate&) const = default;
};

// A time of day, in fields.
struct CivilTime {
  std::int32_t hour = 0;  // 0..24
  std::int32_t minute = 0;
  std::int32_t second = 0;
  std::int32_t microsecond = 0;
};

// A timestamp cut into its day (since 2000-01-01) and the microseconds of that day, 0 <= time < one
// day.
struct DayAndTime {
  std::int64_t days = 0;
  std::int64_t time = 0;
};

[[nodiscard]] std::int64_t days_from_civil(const CivilDate& date);
[[nodiscard]] CivilDate civil_from_days(std::int64_t days);
[[nodiscard]] std::int32_t days_in_month(std::int64_t year, std::int32_t month);
[[nodiscard]] CivilTime civil_from_time(std::int64_t microseconds);
[[nodiscard]] DayAndTime split_timestamp(std::int64_t microseconds);
// Monday = 1 .. Sunday = 7 (ISO 8601).
[[nodiscard]] std::int32_t iso_weekday(std::int64_t days);

// PostgreSQL's input forms, blanks around allowed. Words that depend on the clock (now, today) are
// not values here. A zone in the text, by offset or by name, shifts a timestamptz and is ignored by
// the other types; a name that `zones` does not know is an error for all of them.
[[nodiscard]] std::optional<std::int64_t> parse_date(std::string_view text, const TimeZones& zones);
[[nodiscard]] std::optional<std::int64_t> parse_time(std::string_view text, const TimeZones& zones);
[[nodiscard]] std::optional<std::int64_t> parse_timestamp(std::string_view text,
                                                          const TimeZones& zones);
[[nodiscard]] std::optional<std::int64_t> parse_timestamptz(std::string_view text,
                                                            const TimeZones& zones);

// Rounded half away from zero to `modifier` fractional digits (0..6; negative = unchanged), as
// timestamp(p) does.
[[nodiscard]] std::int64_t round_fraction(std::int64_t microseconds, std::int32_t modifier);

enum class TimestampStyle : std::uint8_t {
  sql,   // "2024-05-01 12:00:00"
  json,  // "2024-05-01T12:00:00"
};
enum class TimeZone : std::uint8_t { none, utc };  // utc prints "+00", in JSON "+00:00"

void append_date(std::int64_t days, std::string& text);
void append_time(std::int64_t microseconds, std::string& text);
void append_timestamp(std::int64_t microseconds, TimestampStyle style, TimeZone zone,
                      std::string& text);

}  // namespace deltamill
