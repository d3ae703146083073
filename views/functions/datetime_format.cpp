// to_char of timestamps, after DCH_to_char of formatting.c: a template of patterns (YYYY, Month,
// HH24 ...), quoted text and anything else, which stands for itself. The longest pattern at a place
// wins; it is written all upper or all lower case, names also capitalised, and takes the prefix FM
// (no padding) and the suffix TH or th (1st, 2nd). TM asks for names in the server's language and
// is refused.
#include "views/functions/datetime_format.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "views/data/ascii.h"
#include "views/data/datetime.h"
#include "views/data/utf8.h"
#include "views/functions/result_text.h"

namespace deltamill {

namespace {

using enum TypeKind;

enum class Pattern : std::uint8_t {
  meridiem,
  meridiem_dotted,
  era,
  era_dotted,
  hour12,
  hour24,
  minute,
  second,
  second_of_day,
  fraction,
  century,
  year_comma,
  year,
  iso_year,
  quarter,
  month,
  month_name,
  month_short,
  month_roman,
  week_of_month,
  week_of_year,
  iso_week,
  day_of_year,
  iso_day_of_year,
  day,
  day_name,
  day_short,
  weekday,
  iso_weekday,
  julian_day,
  zone,
  zone_hour,
  zone_minute,
  zone_offset,
  fixed_format,
};

struct Keyword {
  std::string_view name;  // upper case
  Pattern pattern;
  int digits = 0;  // years: how many are shown; fractions: how many there are
};

constexpr std::array keywords = std::to_array<Keyword>({
    {"A.D.", Pattern::era_dotted},
    {"A.M.", Pattern::meridiem_dotted},
    {"AD", Pattern::era},
    {"AM", Pattern::meridiem},
    {"B.C.", Pattern::era_dotted},
    {"BC", Pattern::era},
    {"CC", Pattern::century},
    {"DAY", Pattern::day_name},
    {"DDD", Pattern::day_of_year},
    {"DD", Pattern::day},
    {"DY", Pattern::day_short},
    {"D", Pattern::weekday},
    {"FF1", Pattern::fraction, 1},
    {"FF2", Pattern::fraction, 2},
    {"FF3", Pattern::fraction, 3},
    {"FF4", Pattern::fraction, 4},
    {"FF5", Pattern::fraction, 5},
    {"FF6", Pattern::fraction, 6},
    {"FX", Pattern::fixed_format},
    {"HH24", Pattern::hour24},
    {"HH12", Pattern::hour12},
    {"HH", Pattern::hour12},
    {"IDDD", Pattern::iso_day_of_year},
    {"ID", Pattern::iso_weekday},
    {"IW", Pattern::iso_week},
    {"IYYY", Pattern::iso_year, 4},
    {"IYY", Pattern::iso_year, 3},
    {"IY", Pattern::iso_year, 2},
    {"I", Pattern::iso_year, 1},
    {"J", Pattern::julian_day},
    {"MI", Pattern::minute},
    {"MM", Pattern::month},
    {"MONTH", Pattern::month_name},
    {"MON", Pattern::month_short},
    {"MS", Pattern::fraction, 3},
    {"OF", Pattern::zone_offset},
    {"P.M.", Pattern::meridiem_dotted},
    {"PM", Pattern::meridiem},
    {"Q", Pattern::quarter},
    {"RM", Pattern::month_roman},
    {"SSSSS", Pattern::second_of_day},
    {"SSSS", Pattern::second_of_day},
    {"SS", Pattern::second},
    {"TZH", Pattern::zone_hour},
    {"TZM", Pattern::zone_minute},
    {"TZ", Pattern::zone},
    {"US", Pattern::fraction, 6},
    {"WW", Pattern::week_of_year},
    {"W", Pattern::week_of_month},
    {"Y,YYY", Pattern::year_comma},
    {"YYYY", Pattern::year, 4},
    {"YYY", Pattern::year, 3},
    {"YY", Pattern::year, 2},
    {"Y", Pattern::year, 1},
});

constexpr std::array<std::string_view, 12> month_names = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};
constexpr std::array<std::string_view, 7> day_names = {
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
constexpr std::array<std::string_view, 12> roman_months = {"I",   "II",   "III", "IV", "V",  "VI",
                                                           "VII", "VIII", "IX",  "X",  "XI", "XII"};

enum class LetterCase : std::uint8_t { upper, lower, capitalised };

std::string in_case(std::string_view word, LetterCase letter_case) {
  if (letter_case == LetterCase::capitalised) return std::string(word);
  return letter_case == LetterCase::upper ? in_upper_case(word) : in_lower_case(word);
}

// Names of months and days, which can be capitalised too.
bool is_name(Pattern pattern) {
  return pattern == Pattern::month_name || pattern == Pattern::month_short ||
         pattern == Pattern::day_name || pattern == Pattern::day_short;
}

// A pattern as it stands in the template.
struct Found {
  const Keyword* keyword = nullptr;
  LetterCase letter_case = LetterCase::upper;
};

bool spells(std::string_view format, const Keyword& keyword, LetterCase letter_case) {
  if (letter_case != LetterCase::capitalised)
    return format.starts_with(in_case(keyword.name, letter_case));
  return is_name(keyword.pattern) && format.front() == keyword.name.front() &&
         format.substr(1).starts_with(in_case(keyword.name.substr(1), LetterCase::lower));
}

// A scan of all keywords per place: the first letter rules most of them out.
Found find_keyword(std::string_view format) {
  Found found;
  for (const Keyword& keyword : keywords) {
    const bool longer =
        found.keyword == nullptr || keyword.name.size() > found.keyword->name.size();
    if (!longer || to_lower(keyword.name.front()) != to_lower(format.front())) continue;
    for (const LetterCase letter_case :
         {LetterCase::upper, LetterCase::lower, LetterCase::capitalised})
      if (spells(format, keyword, letter_case)) {
        found = {&keyword, letter_case};
        break;
      }
  }
  return found;
}

// One timestamp, cut into what the patterns show.
class Shown {
 public:
  Shown(std::int64_t timestamp, TimeZone zone) : zone_(zone) {
    const DayAndTime at = split_timestamp(timestamp);
    days_ = at.days;
    date_ = civil_from_days(at.days);
    time_ = civil_from_time(at.time);
    weekday_ = iso_weekday(at.days);
    // A week of ISO 8601 belongs to the year of its Thursday.
    thursday_ = at.days - weekday_ + 4;
  }

  // The text of a pattern; `padded` is false after FM.
  [[nodiscard]] std::string text(const Keyword& keyword, LetterCase letter_case,
                                 bool padded) const {
    switch (keyword.pattern) {
      case Pattern::meridiem: return in_case(time_.hour % 24 >= 12 ? "PM" : "AM", letter_case);
      case Pattern::meridiem_dotted:
        return in_case(time_.hour % 24 >= 12 ? "P.M." : "A.M.", letter_case);
      case Pattern::era: return in_case(date_.year <= 0 ? "BC" : "AD", letter_case);
      case Pattern::era_dotted: return in_case(date_.year <= 0 ? "B.C." : "A.D.", letter_case);
      case Pattern::month_name: return name(month_names[month_index()], 9, letter_case, padded);
      case Pattern::month_short:
        return in_case(month_names[month_index()].substr(0, 3), letter_case);
      case Pattern::month_roman: return name(roman_months[month_index()], 4, letter_case, padded);
      case Pattern::day_name: return name(day_names[day_index()], 9, letter_case, padded);
      case Pattern::day_short: return in_case(day_names[day_index()].substr(0, 3), letter_case);
      case Pattern::zone: return zone_ == TimeZone::utc ? in_case("UTC", letter_case) : "";
      case Pattern::zone_hour: return "+00";
      case Pattern::zone_minute: return "00";
      case Pattern::zone_offset: return padded ? "+00" : "+0";
      case Pattern::fixed_format: return "";
      default: return number(keyword, padded);
    }
  }

 private:
  [[nodiscard]] std::size_t month_index() const {
    return static_cast<std::size_t>(date_.month - 1);
  }
  [[nodiscard]] std::size_t day_index() const { return static_cast<std::size_t>(weekday_ - 1); }

  static std::string name(std::string_view word, int width, LetterCase letter_case, bool padded) {
    return fmt::format("{:<{}}", in_case(word, letter_case), padded ? width : 0);
  }

  static std::string digits(std::int64_t number, int width, bool padded) {
    return fmt::format("{:0{}}", number, padded ? width : 0);
  }

  static std::int64_t without_zero(std::int64_t year) { return year <= 0 ? 1 - year : year; }

  static std::string year_digits(std::int64_t year, int count, bool padded) {
    constexpr std::array<std::int64_t, 4> powers = {10, 100, 1000, INT64_MAX};
    return digits(without_zero(year) % powers[static_cast<std::size_t>(count - 1)], count, padded);
  }

  // Day of a year that begins on `first`, from 1.
  [[nodiscard]] std::int64_t day_since(std::int64_t first) const { return days_ - first + 1; }

  [[nodiscard]] std::int64_t iso_year() const { return civil_from_days(thursday_).year; }

  [[nodiscard]] std::int64_t first_iso_day() const {
    const std::int64_t fourth = days_from_civil({iso_year(), 1, 4});
    return fourth - iso_weekday(fourth) + 1;
  }

  [[nodiscard]] std::string century(bool padded) const {
    const std::int64_t year = date_.year;
    const std::int64_t century = year > 0 ? (year - 1) / 100 + 1 : year / 100 - 1;
    return digits(century, century >= 0 ? 2 : 3, padded && century <= 99 && century >= -99);
  }

  [[nodiscard]] std::string number(const Keyword& keyword, bool padded) const {
    const std::int64_t day_of_year = day_since(days_from_civil({date_.year, 1, 1}));
    switch (keyword.pattern) {
      case Pattern::hour12: return digits((time_.hour + 11) % 12 + 1, 2, padded);
      case Pattern::hour24: return digits(time_.hour, 2, padded);
      case Pattern::minute: return digits(time_.minute, 2, padded);
      case Pattern::second: return digits(time_.second, 2, padded);
      case Pattern::second_of_day:
        return digits(time_.hour * 3600 + time_.minute * 60 + time_.second, 0, padded);
      case Pattern::fraction: return fraction(keyword.digits);
      case Pattern::century: return century(padded);
      case Pattern::year_comma: {
        const std::int64_t year = without_zero(date_.year);
        return fmt::format("{},{:03}", year / 1000, year % 1000);
      }
      case Pattern::year: return year_digits(date_.year, keyword.digits, padded);
      case Pattern::iso_year: return year_digits(iso_year(), keyword.digits, padded);
      case Pattern::quarter: return digits((date_.month - 1) / 3 + 1, 0, padded);
      case Pattern::month: return digits(date_.month, 2, padded);
      case Pattern::week_of_month: return digits((date_.day - 1) / 7 + 1, 0, padded);
      case Pattern::week_of_year: return digits((day_of_year - 1) / 7 + 1, 2, padded);
      case Pattern::iso_week: return digits((day_since(first_iso_day()) - 1) / 7 + 1, 2, padded);
      case Pattern::day_of_year: return digits(day_of_year, 3, padded);
      case Pattern::iso_day_of_year: return digits(day_since(first_iso_day()), 3, padded);
      case Pattern::day: return digits(date_.day, 2, padded);
      case Pattern::weekday: return digits(weekday_ % 7 + 1, 0, padded);
      case Pattern::iso_weekday: return digits(weekday_, 0, padded);
      default: return digits(days_ + 2451545, 0, padded);  // julian_day
    }
  }

  [[nodiscard]] std::string fraction(int count) const {
    return fmt::format("{:06}", time_.microsecond).substr(0, static_cast<std::size_t>(count));
  }

  TimeZone zone_;
  std::int64_t days_ = 0;
  CivilDate date_;
  CivilTime time_;
  std::int32_t weekday_ = 1;
  std::int64_t thursday_ = 0;  // of the same week
};

// 1st, 2nd, 3rd, 4th, 11th.
std::string_view ordinal(std::string_view number) {
  const bool teen = number.size() > 1 && number[number.size() - 2] == '1';
  switch (teen ? '0' : number.back()) {
    case '1': return "st";
    case '2': return "nd";
    case '3': return "rd";
    default: return "th";
  }
}

bool takes_ordinal(Pattern pattern) {
  return pattern >= Pattern::hour12 && pattern <= Pattern::julian_day && !is_name(pattern) &&
         pattern != Pattern::month_roman;
}

bool take(std::string_view& format, std::string_view prefix) {
  if (!format.starts_with(prefix)) return false;
  format.remove_prefix(prefix.size());
  return true;
}

// Copies quoted text, or one character that is no pattern.
void copy_literal(std::string_view& format, std::string& text) {
  if (!take(format, "\"")) {
    if (format.starts_with("\\\"")) format.remove_prefix(1);
    const std::size_t bytes = first_character_bytes(format);
    text += format.substr(0, bytes);
    format.remove_prefix(bytes);
    return;
  }
  while (!format.empty() && !take(format, "\"")) {
    if (format.front() == '\\' && format.size() > 1) format.remove_prefix(1);
    const std::size_t bytes = first_character_bytes(format);
    text += format.substr(0, bytes);
    format.remove_prefix(bytes);
  }
}

// Takes the pattern at the start of the format with its suffix.
void append_pattern(const Found& found, bool padded, const Shown& shown, std::string_view& format,
                    std::string& text) {
  format.remove_prefix(found.keyword->name.size());
  const std::string part = shown.text(*found.keyword, found.letter_case, padded);
  text += part;
  const bool upper_ordinal = take(format, "TH");
  const bool lower_ordinal = !upper_ordinal && take(format, "th");
  if (!upper_ordinal && !lower_ordinal) {
    take(format, "SP");
  } else if (takes_ordinal(found.keyword->pattern)) {
    text += in_case(ordinal(part), upper_ordinal ? LetterCase::upper : LetterCase::lower);
  }
}

template <TimeZone zone>
Value to_char(const Value* arguments, CallContext& context) {
  const std::int64_t timestamp = arguments[0].integer;
  std::string_view format = arguments[1].text();
  // timestamp_to_char() answers NULL for both.
  if (format.empty() || !timestamp_is_finite(timestamp)) return Value::null();
  const Shown shown(timestamp, zone);
  std::string text;
  while (!format.empty()) {
    const bool padded = !take(format, "FM") && !take(format, "fm");
    const bool translated = padded && (take(format, "TM") || take(format, "tm"));
    if (format.empty()) break;
    const Found found = find_keyword(format);
    if (translated && found.keyword != nullptr && is_name(found.keyword->pattern))
      return context.fail("to_char with TM depends on the server's language: not supported");
    if (found.keyword != nullptr) {
      append_pattern(found, padded, shown, format, text);
    } else {
      copy_literal(format, text);
    }
  }
  return text_result(context, text);
}

}  // namespace

std::vector<Function> datetime_format_functions() {
  return {
      {"to_char", {timestamp, text}, text, to_char<TimeZone::none>},
      {"to_char", {timestamptz, text}, text, to_char<TimeZone::utc>},
  };
}

}  // namespace deltamill
