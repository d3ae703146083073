// Reads POSIX time zones, as tzparse() of PostgreSQL's localtime.c does:
//
//   name offset [name [offset] [,rule,rule]]
//   rule = Jn | n | Mmonth.week.weekday, each with [/time]
#include "views/data/posix_zone.h"

#include <string>
#include <utility>

#include "views/data/ascii.h"
#include "views/data/datetime.h"

namespace deltamill {

namespace {

constexpr std::int64_t seconds_per_hour = 3600;
constexpr std::int64_t seconds_per_day = 86400;
constexpr std::string_view default_rules = ",M3.2.0,M11.1.0";
// Changes are written down from this year on; before and after them they repeat.
constexpr std::int64_t first_year = 1770;

// The day of a year on which clocks change, and when on that day.
struct Rule {
  enum class Kind : std::uint8_t { day_without_leap, day_of_year, weekday_of_month };
  Kind kind = Kind::day_of_year;
  std::int32_t day = 0;  // 1-based without leap days, 0-based of the year, or 0 = Sunday
  std::int32_t week = 0;
  std::int32_t month = 0;
  std::int64_t time = 2 * seconds_per_hour;
};

struct Specification {
  std::string standard_name;
  std::string saving_name;         // empty = no daylight saving time
  std::int64_t standard_west = 0;  // seconds
  std::int64_t saving_west = 0;
  Rule start;
  Rule end;
};

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::optional<Specification> read() {
    Specification read;
    if (!read_name(read.standard_name) || text_.empty() || !read_offset(read.standard_west))
      return std::nullopt;
    if (text_.empty()) return read;
    if (!read_name(read.saving_name) || read.saving_name.empty()) return std::nullopt;
    // An hour ahead unless another offset is given.
    read.saving_west = read.standard_west - seconds_per_hour;
    if (!text_.empty() && text_.front() != ',' && !read_offset(read.saving_west))
      return std::nullopt;
    if (text_.empty()) text_ = default_rules;
    const bool complete = skip(',') && read_rule(read.start) && skip(',') && read_rule(read.end);
    if (!complete || !text_.empty()) return std::nullopt;
    return read;
  }

 private:
  bool skip(char expected) {
    if (text_.empty() || text_.front() != expected) return false;
    text_.remove_prefix(1);
    return true;
  }

  bool read_name(std::string& name) {
    const bool quoted = skip('<');
    const std::size_t end =
        quoted ? text_.find('>') : std::min(text_.find_first_of("0123456789,-+"), text_.size());
    if (end == std::string_view::npos) return false;
    name = text_.substr(0, end);
    text_.remove_prefix(end + (quoted ? 1 : 0));
    return true;
  }

  bool read_number(std::int32_t& number, std::pair<std::int32_t, std::int32_t> range) {
    std::size_t digits = 0;
    number = 0;
    for (; digits < text_.size() && is_digit(text_[digits]); ++digits) {
      number = number * 10 + (text_[digits] - '0');
      if (number > range.second) return false;
    }
    text_.remove_prefix(digits);
    return digits > 0 && number >= range.first;
  }

  // [+-]hh[:mm[:ss]]
  bool read_offset(std::int64_t& seconds) {
    const bool negative = skip('-');
    if (!negative) skip('+');
    std::int32_t part = 0;
    if (!read_number(part, {0, 24 * 7 - 1})) return false;
    seconds = part * seconds_per_hour;
    if (skip(':')) {
      if (!read_number(part, {0, 59})) return false;
      seconds += part * std::int64_t{60};
      if (skip(':')) {
        if (!read_number(part, {0, 60})) return false;
        seconds += part;
      }
    }
    if (negative) seconds = -seconds;
    return true;
  }

  bool read_rule(Rule& rule) {
    const bool read = read_day(rule);
    return read && (!skip('/') || read_offset(rule.time));
  }

  bool read_day(Rule& rule) {
    if (skip('J')) {
      rule.kind = Rule::Kind::day_without_leap;
      return read_number(rule.day, {1, 365});
    }
    if (!skip('M')) return read_number(rule.day, {0, 365});
    rule.kind = Rule::Kind::weekday_of_month;
    return read_number(rule.month, {1, 12}) && skip('.') && read_number(rule.week, {1, 5}) &&
           skip('.') && read_number(rule.day, {0, 6});
  }

  std::string_view text_;
};

// Days since 2000.
std::int64_t day_of(const Rule& rule, std::int64_t year) {
  const std::int64_t new_year = days_from_civil({year, 1, 1});
  const bool leap = days_in_month(year, 2) == 29;
  switch (rule.kind) {
    case Rule::Kind::day_of_year: return new_year + rule.day;
    case Rule::Kind::day_without_leap:
      return new_year + rule.day - 1 + (leap && rule.day >= 60 ? 1 : 0);
    case Rule::Kind::weekday_of_month: break;
  }
  const std::int64_t month = days_from_civil({year, rule.month, 1});
  std::int32_t day = (rule.day - iso_weekday(month) % 7 + 7) % 7;
  for (std::int32_t week = 1; week < rule.week; ++week)
    if (day + 7 < days_in_month(year, rule.month)) day += 7;
  return month + day;
}

// Seconds since 1970 UTC. `west` = the offset that holds until then.
std::int64_t change_of(const Rule& rule, std::int64_t year, std::int64_t west) {
  return (day_of(rule, year) - unix_epoch_days) * seconds_per_day + rule.time + west;
}

// A pair of changes per year; a year that is all summer has none. False = they go back in time.
bool add_changes(const Specification& specification, ZoneTable& table) {
  constexpr std::uint8_t standard = 0;
  constexpr std::uint8_t saving = 1;
  // A whole cycle of the calendar, 400 years, behind the last year that had changes: from there on
  // they repeat, which ZoneRules sees by itself.
  std::int64_t year_limit = first_year + 401;
  for (std::int64_t year = first_year;
       year < year_limit && table.changes.size() + 2 <= zone_changes_max; ++year) {
    const std::int64_t start = change_of(specification.start, year, specification.standard_west);
    const std::int64_t end = change_of(specification.end, year, specification.saving_west);
    const std::int64_t year_seconds = (days_in_month(year, 2) == 29 ? 366 : 365) * seconds_per_day;
    const std::int64_t saved = specification.standard_west - specification.saving_west;
    if (start == end || (start < end && end - start >= year_seconds + saved)) continue;
    const bool reversed = end < start;
    const std::int64_t first = std::min(start, end);
    if (!table.changes.empty() && table.changes.back() > first) return false;
    table.changes.insert(table.changes.end(), {first, std::max(start, end)});
    table.after.push_back(reversed ? standard : saving);
    table.after.push_back(reversed ? saving : standard);
    year_limit = year + 401;
  }
  return true;
}

}  // namespace

std::optional<ZoneTable> parse_posix_zone(std::string_view text) {
  const std::optional<Specification> read = Reader(text).read();
  if (!read) return std::nullopt;
  ZoneTable table;
  table.abbreviations = read->standard_name + '\0';
  table.local_times = {{static_cast<std::int32_t>(-read->standard_west), false, 0}};
  if (read->saving_name.empty()) return table;
  const LocalTime saving = {static_cast<std::int32_t>(-read->saving_west), true,
                            table.abbreviations.size()};
  table.abbreviations += read->saving_name + '\0';
  table.local_times.push_back(saving);
  if (!add_changes(*read, table)) return std::nullopt;
  if (table.changes.empty()) table.local_times = {saving};  // always summer
  return table;
}

}  // namespace deltamill
