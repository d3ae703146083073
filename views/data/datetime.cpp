// Computes with the calendar and prints dates, times and timestamps. Reading them:
// datetime_input.cpp.
#include "views/data/datetime.h"

#include <array>

namespace deltamill {

namespace {

// Days from 0000-03-01 to 2000-01-01 and of the calendar's 400-year cycle, which begins in March.
constexpr std::int64_t cycle_years = 400;
constexpr std::int64_t cycle_days = 146097;
constexpr std::int64_t epoch_days = 730425;

constexpr std::array<std::int64_t, 7> powers{1, 10, 100, 1000, 10000, 100000, 1000000};

std::int64_t floor_quotient(std::int64_t dividend, std::int64_t divisor) {
  const std::int64_t quotient = dividend / divisor;
  return dividend % divisor < 0 ? quotient - 1 : quotient;
}

bool leap_year(std::int64_t year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

void append_two_digits(std::int64_t number, std::string& text) {
  text += static_cast<char>('0' + number / 10);
  text += static_cast<char>('0' + number % 10);
}

void append_year(std::int64_t year, std::string& text) {
  if (year > 9999) {
    text += std::to_string(year);
    return;
  }
  append_two_digits(year / 100, text);
  append_two_digits(year % 100, text);
}

// Prints the date without its era; true if " BC" is to follow.
bool append_civil_date(std::int64_t days, std::string& text) {
  const CivilDate date = civil_from_days(days);
  const bool before_christ = date.year <= 0;
  append_year(before_christ ? 1 - date.year : date.year, text);
  text += '-';
  append_two_digits(date.month, text);
  text += '-';
  append_two_digits(date.day, text);
  return before_christ;
}

bool append_infinity(bool negative, bool positive, std::string& text) {
  if (negative) text += "-infinity";
  if (positive) text += "infinity";
  return negative || positive;
}

}  // namespace

// After Howard Hinnant, "chrono-compatible low-level date algorithms": years begin in March, so
// that the leap day is a year's last day and the months' lengths are a linear function, (153 m + 2)
// / 5.
std::int64_t days_from_civil(const CivilDate& date) {
  const std::int64_t year = date.month <= 2 ? date.year - 1 : date.year;
  const std::int64_t cycle = floor_quotient(year, cycle_years);
  const std::int64_t year_of_cycle = year - cycle * cycle_years;
  const std::int64_t month_from_march = (date.month + 9) % 12;
  const std::int64_t day_of_year = (153 * month_from_march + 2) / 5 + date.day - 1;
  const std::int64_t day_of_cycle =
      year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100 + day_of_year;
  return cycle * cycle_days + day_of_cycle - epoch_days;
}

CivilDate civil_from_days(std::int64_t days) {
  days += epoch_days;
  const std::int64_t cycle = floor_quotient(days, cycle_days);
  const std::int64_t day_of_cycle = days - cycle * cycle_days;
  const std::int64_t year_of_cycle =
      (day_of_cycle - day_of_cycle / 1460 + day_of_cycle / 36524 - day_of_cycle / 146096) / 365;
  const std::int64_t day_of_year =
      day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
  const std::int64_t month_from_march = (5 * day_of_year + 2) / 153;
  CivilDate date;
  date.day = static_cast<std::int32_t>(day_of_year - (153 * month_from_march + 2) / 5 + 1);
  date.month = static_cast<std::int32_t>(month_from_march < 10 ? month_from_march + 3
                                                               : month_from_march - 9);
  date.year = year_of_cycle + cycle * cycle_years + (date.month <= 2 ? 1 : 0);
  return date;
}

std::int32_t days_in_month(std::int64_t year, std::int32_t month) {
  constexpr std::array<std::int32_t, 12> days{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && leap_year(year) ? 29 : days[static_cast<std::size_t>(month - 1)];
}

CivilTime civil_from_time(std::int64_t microseconds) {
  CivilTime time;
  time.hour = static_cast<std::int32_t>(microseconds / microseconds_per_hour);
  time.minute =
      static_cast<std::int32_t>(microseconds % microseconds_per_hour / microseconds_per_minute);
  time.second =
      static_cast<std::int32_t>(microseconds % microseconds_per_minute / microseconds_per_second);
  time.microsecond = static_cast<std::int32_t>(microseconds % microseconds_per_second);
  return time;
}

DayAndTime split_timestamp(std::int64_t microseconds) {
  const std::int64_t days = floor_quotient(microseconds, microseconds_per_day);
  return {days, microseconds - days * microseconds_per_day};
}

std::int32_t iso_weekday(std::int64_t days) {
  const std::int64_t from_saturday = days - floor_quotient(days, 7) * 7;  // 2000-01-01: Saturday
  return static_cast<std::int32_t>((from_saturday + 5) % 7 + 1);
}

std::int64_t round_fraction(std::int64_t microseconds, std::int32_t modifier) {
  if (modifier < 0 || modifier >= 6 || !timestamp_is_finite(microseconds)) return microseconds;
  const std::int64_t unit = powers[static_cast<std::size_t>(6 - modifier)];
  // As AdjustTimestampForTypmod(): half a unit added, then cut.
  const std::int64_t half = microseconds >= 0 ? unit / 2 : -(unit / 2);
  std::int64_t moved;
  if (__builtin_add_overflow(microseconds, half, &moved)) moved = microseconds;
  return moved / unit * unit;
}

void append_date(std::int64_t days, std::string& text) {
  if (append_infinity(days == date_negative_infinity, days == date_infinity, text)) return;
  if (append_civil_date(days, text)) text += " BC";
}

void append_time(std::int64_t microseconds, std::string& text) {
  const CivilTime time = civil_from_time(microseconds);
  append_two_digits(time.hour, text);
  text += ':';
  append_two_digits(time.minute, text);
  text += ':';
  append_two_digits(time.second, text);
  if (time.microsecond == 0) return;
  text += '.';
  std::int64_t fraction = time.microsecond;
  for (std::size_t digit = 5; fraction != 0; --digit) {
    text += static_cast<char>('0' + fraction / powers[digit]);
    fraction %= powers[digit];
  }
}

void append_timestamp(std::int64_t microseconds, TimestampStyle style, TimeZone zone,
                      std::string& text) {
  if (append_infinity(microseconds == timestamp_negative_infinity,
                      microseconds == timestamp_infinity, text))
    return;
  const DayAndTime parts = split_timestamp(microseconds);
  const bool before_christ = append_civil_date(parts.days, text);
  text += style == TimestampStyle::json ? 'T' : ' ';
  append_time(parts.time, text);
  if (zone == TimeZone::utc) text += style == TimestampStyle::json ? "+00:00" : "+00";
  if (before_christ) text += " BC";
}

}  // namespace deltamill
