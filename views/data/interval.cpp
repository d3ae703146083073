// Stores intervals as values, applies modifiers, and prints them as PostgreSQL does. Reading:
// interval_input.cpp.
#include "views/data/interval.h"

#include "views/data/datetime.h"
#include "views/data/type_modifier.h"

namespace deltamill {

namespace {

// Prints the parts of an interval; a positive part after a negative one gets its sign.
class PartPrinter {
 public:
  explicit PartPrinter(std::string& text) : text_(text) {}

  void part(std::int64_t count, std::string_view unit) {
    if (count == 0) return;
    if (!first_) text_ += ' ';
    // AddPostgresIntPart(): without the sign "-1 days 02:00" would read as if both were negative.
    if (after_negative_ && count > 0) text_ += '+';
    text_ += std::to_string(count);
    text_ += ' ';
    text_ += unit;
    if (count != 1) text_ += 's';
    after_negative_ = count < 0;
    first_ = false;
  }

  void clock(std::int64_t microseconds) {
    if (microseconds == 0 && !first_) return;
    if (!first_) text_ += ' ';
    if (microseconds < 0)
      text_ += '-';
    else if (after_negative_)
      text_ += '+';
    append_magnitude(microseconds < 0 ? 0 - static_cast<std::uint64_t>(microseconds)
                                      : static_cast<std::uint64_t>(microseconds));
  }

 private:
  void append_magnitude(std::uint64_t microseconds) {
    constexpr auto hour = static_cast<std::uint64_t>(microseconds_per_hour);
    const std::uint64_t hours = microseconds / hour;
    if (hours < 10) text_ += '0';
    text_ += std::to_string(hours);
    std::string below_hour;
    append_time(static_cast<std::int64_t>(microseconds % hour), below_hour);
    text_ += std::string_view(below_hour).substr(2);
  }

  std::string& text_;
  bool first_ = true;
  bool after_negative_ = false;
};

std::int64_t cut(std::int64_t microseconds, std::int64_t unit) {
  return microseconds / unit * unit;
}

}  // namespace

Value Interval::to_value(Arena& arena) const {
  auto* const bytes = reinterpret_cast<char*>(arena.allocate(packed_interval_bytes));
  pack(bytes);
  return Value::of_bytes({bytes, packed_interval_bytes});
}

Interval fit_interval(const Interval& interval, std::int32_t modifier) {
  Interval fitted = interval;
  const std::int32_t fields = interval_fields(modifier);
  // AdjustIntervalForTypmod(): fields smaller than the last one named are cut off, larger ones
  // stay.
  constexpr std::int32_t year_to_month = field_year | field_month;
  if (fields == field_year) fitted.months = fitted.months / 12 * 12;
  if ((fields & ~year_to_month) == 0) {
    fitted.days = 0;
    fitted.microseconds = 0;
  } else if (fields == field_day) {
    fitted.microseconds = 0;
  } else if (fields != all_interval_fields && (fields & field_second) == 0) {
    const bool minutes = (fields & field_minute) != 0;
    fitted.microseconds =
        cut(fitted.microseconds, minutes ? microseconds_per_minute : microseconds_per_hour);
  }
  fitted.microseconds = round_fraction(fitted.microseconds, interval_precision(modifier));
  return fitted;
}

void append_interval(const Interval& interval, std::string& text) {
  PartPrinter printer(text);
  printer.part(interval.months / 12, "year");
  printer.part(interval.months % 12, "mon");
  printer.part(interval.days, "day");
  printer.clock(interval.microseconds);
}

}  // namespace deltamill
