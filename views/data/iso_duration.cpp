// Reads ISO 8601 durations (DecodeISO8601Interval), part by part from left to right: with
// designators, P1Y2M3DT4H5M6S, or without, P0001-02-03T04:05:06.
#include "views/data/iso_duration.h"

#include <algorithm>
#include <array>

#include "views/data/interval_total.h"

namespace deltamill {

namespace {

std::optional<TimeUnit> iso_unit(char letter, bool time_part) {
  switch (letter) {
    case 'Y': return time_part ? std::nullopt : std::optional(TimeUnit::year);
    case 'M': return time_part ? TimeUnit::minute : TimeUnit::month;
    case 'W': return time_part ? std::nullopt : std::optional(TimeUnit::week);
    case 'D': return time_part ? std::nullopt : std::optional(TimeUnit::day);
    case 'H': return time_part ? std::optional(TimeUnit::hour) : std::nullopt;
    case 'S': return time_part ? std::optional(TimeUnit::second) : std::nullopt;
    default: return std::nullopt;
  }
}

class DurationReader {
 public:
  explicit DurationReader(std::string_view text) : text_(text) {}

  std::optional<Interval> read() {
    while (at_ < text_.size())
      if (!read_part()) return std::nullopt;
    return total_.interval();
  }

 private:
  bool read_part() {
    if (text_[at_] == 'T' && !time_part_) {
      time_part_ = true;
      position_ = 0;
      ++at_;
      return true;
    }
    const std::size_t begin = at_;
    at_ = text_.find_first_not_of(".0123456789", at_ + 1);
    at_ = std::min(at_, text_.size());
    const std::optional<Amount> amount = read_number(text_.substr(begin, at_ - begin));
    const std::optional<TimeUnit> unit = read_unit();
    return amount && unit && total_.add(*unit, amount->whole, amount->fraction);
  }

  // Through a double, as PostgreSQL does here: 7.6 is 7 and 0.5999999999999996.
  static std::optional<Amount> read_number(std::string_view text) {
    std::optional<Amount> amount = read_amount(text);
    if (!amount || amount->fraction == 0) return amount;
    const double number = static_cast<double>(amount->whole) + amount->fraction;
    amount->fraction = number - static_cast<double>(amount->whole);
    return amount;
  }

  std::optional<TimeUnit> read_unit() {
    const char next = at_ < text_.size() ? text_[at_] : '\0';
    const char separator = time_part_ ? ':' : '-';
    if (next != separator && next != '\0' && next != 'T') {
      ++at_;
      return position_ == 0 ? iso_unit(next, time_part_) : std::nullopt;
    }
    constexpr std::array date_units{TimeUnit::year, TimeUnit::month, TimeUnit::day};
    constexpr std::array time_units{TimeUnit::hour, TimeUnit::minute, TimeUnit::second};
    if (position_ == date_units.size()) return std::nullopt;
    if (next == separator) ++at_;
    const std::size_t position = position_++;
    return time_part_ ? time_units[position] : date_units[position];
  }

  std::string_view text_;
  std::size_t at_ = 1;
  std::size_t position_ = 0;  // among numbers without designators
  bool time_part_ = false;
  IntervalTotal total_;
};

}  // namespace

std::optional<Interval> parse_iso_duration(std::string_view text) {
  if (text.size() == 1) return std::nullopt;
  return DurationReader(text).read();
}

}  // namespace deltamill
