// The sum of what the parts of an interval's text say, and how one such part reads.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "views/data/interval.h"
#include "views/data/time_unit.h"

namespace deltamill {

// A signed decimal: "-1.5" is whole -1, fraction -0.5; "-.5" is negative though its whole part is
// 0.
struct Amount {
  bool negative = false;
  std::int64_t whole = 0;
  double fraction = 0;
};
[[nodiscard]] std::optional<Amount> read_amount(std::string_view text);

// Adds up parts. A fraction of a unit goes down to the next kinds: half a month is 15 days, half a
// day 12 hours; only years and longer units round to whole months, as in PostgreSQL. Every function
// answers false on an overflow, which makes the text invalid.
class IntervalTotal {
 public:
  // REQUIRES: is_interval_unit(unit).
  [[nodiscard]] bool add(TimeUnit unit, std::int64_t whole, double fraction);
  // So many times a number of microseconds.
  [[nodiscard]] bool add_time(std::int64_t count, std::int64_t unit);
  [[nodiscard]] bool negate();
  [[nodiscard]] std::int64_t time() const { return time_; }
  // Nothing = days or months do not fit an interval.
  [[nodiscard]] std::optional<Interval> interval() const;

 private:
  bool add_clock(std::int64_t whole, double fraction, std::int64_t unit);
  bool add_time_fraction(double fraction, std::int64_t unit);
  bool add_days(std::int64_t count, std::int64_t unit);
  bool add_day_fraction(double fraction, std::int64_t unit);
  bool add_months(std::int64_t count, std::int64_t unit);
  bool add_month_fraction(double fraction, std::int64_t unit);

  std::int64_t time_ = 0;
  std::int64_t days_ = 0;
  std::int64_t months_ = 0;
};

}  // namespace deltamill
