// Units of time by name, as PostgreSQL's interval input, extract and date_trunc read them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace deltamill {

enum class TimeUnit : std::uint8_t {
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
  // The following are fields, not units: extract knows them, date_trunc does not.
  day_of_week,
  iso_day_of_week,
  day_of_year,
  iso_year,
  julian_day,
  epoch,
};

[[nodiscard]] constexpr bool is_field_only(TimeUnit unit) {
  return unit >= TimeUnit::day_of_week;
}

// Whether an interval's text may count it.
[[nodiscard]] constexpr bool is_interval_unit(TimeUnit unit) {
  return unit <= TimeUnit::millennium && unit != TimeUnit::quarter;
}

// The unit of a name or an abbreviation. REQUIRES: lower case.
[[nodiscard]] std::optional<TimeUnit> time_unit_of(std::string_view name);

}  // namespace deltamill
