// Adds up the parts of an interval with their overflows, and reads numbers with their sign.
#include "views/data/interval_total.h"

#include <charconv>
#include <cmath>
#include <limits>

#include "views/data/ascii.h"
#include "views/data/datetime.h"

namespace deltamill {

std::optional<Amount> read_amount(std::string_view text) {
  Amount amount;
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    amount.negative = text[0] == '-';
    text.remove_prefix(1);
  }
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::string_view fraction = text.substr(point);
  if (text.empty() || text == ".") return std::nullopt;
  if (point != 0) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + point, amount.whole);
    if (error != std::errc() || end != text.data() + point || !is_digit(text[0]))
      return std::nullopt;
  }
  if (fraction.size() > 1) {
    const auto [end, error] =
        std::from_chars(fraction.data(), fraction.data() + fraction.size(), amount.fraction);
    if (error != std::errc() || end != fraction.data() + fraction.size()) return std::nullopt;
    if (fraction.find_first_not_of("0123456789", 1) != std::string_view::npos) return std::nullopt;
  }
  if (amount.negative) {
    amount.whole = -amount.whole;
    amount.fraction = -amount.fraction;
  }
  return amount;
}

bool IntervalTotal::add(TimeUnit unit, std::int64_t whole, double fraction) {
  switch (unit) {
    case TimeUnit::microsecond: return add_time(whole, 1) && add_time_fraction(fraction, 1);
    case TimeUnit::millisecond: return add_time(whole, 1000) && add_time_fraction(fraction, 1000);
    case TimeUnit::second: return add_clock(whole, fraction, microseconds_per_second);
    case TimeUnit::minute: return add_clock(whole, fraction, microseconds_per_minute);
    case TimeUnit::hour: return add_clock(whole, fraction, microseconds_per_hour);
    case TimeUnit::day:
      return add_days(whole, 1) && add_time_fraction(fraction, microseconds_per_day);
    case TimeUnit::week: return add_days(whole, 7) && add_day_fraction(fraction, 7);
    case TimeUnit::month: return add_months(whole, 1) && add_day_fraction(fraction, 30);
    case TimeUnit::year: return add_months(whole, 12) && add_month_fraction(fraction, 12);
    case TimeUnit::decade: return add_months(whole, 120) && add_month_fraction(fraction, 120);
    case TimeUnit::century: return add_months(whole, 1200) && add_month_fraction(fraction, 1200);
    case TimeUnit::millennium:
      return add_months(whole, 12000) && add_month_fraction(fraction, 12000);
    default: return false;
  }
}

bool IntervalTotal::add_time(std::int64_t count, std::int64_t unit) {
  std::int64_t microseconds;
  return !__builtin_mul_overflow(count, unit, &microseconds) &&
         !__builtin_add_overflow(time_, microseconds, &time_);
}

bool IntervalTotal::negate() {
  constexpr std::int64_t zero = 0;
  return !__builtin_sub_overflow(zero, time_, &time_) &&
         !__builtin_sub_overflow(zero, days_, &days_) &&
         !__builtin_sub_overflow(zero, months_, &months_);
}

std::optional<Interval> IntervalTotal::interval() const {
  const auto fits = [](std::int64_t number) {
    return number >= std::numeric_limits<std::int32_t>::min() &&
           number <= std::numeric_limits<std::int32_t>::max();
  };
  if (!fits(days_) || !fits(months_)) return std::nullopt;
  return Interval{time_, static_cast<std::int32_t>(days_), static_cast<std::int32_t>(months_)};
}

bool IntervalTotal::add_clock(std::int64_t whole, double fraction, std::int64_t unit) {
  return add_time(whole, unit) && add_time_fraction(fraction, unit);
}

bool IntervalTotal::add_time_fraction(double fraction, std::int64_t unit) {
  fraction *= static_cast<double>(unit);
  auto whole = static_cast<std::int64_t>(fraction);
  fraction -= static_cast<double>(whole);
  if (fraction > 0.5) ++whole;
  if (fraction < -0.5) --whole;
  return add_time(whole, 1);
}

bool IntervalTotal::add_days(std::int64_t count, std::int64_t unit) {
  std::int64_t days;
  return !__builtin_mul_overflow(count, unit, &days) &&
         !__builtin_add_overflow(days_, days, &days_);
}

bool IntervalTotal::add_day_fraction(double fraction, std::int64_t unit) {
  fraction *= static_cast<double>(unit);
  const auto whole = static_cast<std::int64_t>(fraction);
  return add_days(whole, 1) &&
         add_time_fraction(fraction - static_cast<double>(whole), microseconds_per_day);
}

bool IntervalTotal::add_months(std::int64_t count, std::int64_t unit) {
  std::int64_t months;
  return !__builtin_mul_overflow(count, unit, &months) &&
         !__builtin_add_overflow(months_, months, &months_);
}

bool IntervalTotal::add_month_fraction(double fraction, std::int64_t unit) {
  return add_months(static_cast<std::int64_t>(std::rint(fraction * static_cast<double>(unit))), 1);
}

}  // namespace deltamill
