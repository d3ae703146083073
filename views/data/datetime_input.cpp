// Reads dates and times in PostgreSQL's usual input forms (ISO 8601, month names, M/D/Y under
// DateStyle MDY, AM and PM, zones), token by token, after ParseDateTime and DecodeDateTime of
// datetime.c. Whatever PostgreSQL refuses must be refused; what it takes in rare orders only may be
// refused too. The form that PostgreSQL prints, which is what the stream sends, comes first:
// printed_datetime.cpp.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <vector>

#include "views/data/ascii.h"
#include "views/data/datetime.h"
#include "views/data/printed_datetime.h"
#include "views/data/time_zones.h"

namespace deltamill {

namespace {

constexpr std::int64_t zone_hours_max = 15;

// Everything a date or time literal may say.
struct Fields {
  enum class Special : std::uint8_t { none, infinity, negative_infinity, epoch };
  Special special = Special::none;
  std::optional<std::int64_t> days;
  std::optional<std::int64_t> time;          // microseconds, up to 24:00:00
  std::optional<std::int64_t> zone_seconds;  // east of UTC
  ZonePtr zone;                              // by name
};

// Reads tokens from left to right; what a bare number means is decided when all are known.
class Reader {
 public:
  // A bare number of 4 or 6 digits is a time where only a time is expected ('040506'), else a date.
  enum class Expected : std::uint8_t { date, time };

  Reader(std::string_view text, Expected expected, const TimeZones& zones)
      : text_(text), expected_(expected), zones_(zones) {}

  std::optional<Fields> read() {
    while (skip_blanks(), at_ < text_.size())
      if (!read_token()) return std::nullopt;
    if (!finish()) return std::nullopt;
    return fields_;
  }

 private:
  struct Number {
    std::int64_t value = 0;
    std::size_t digits = 0;
  };
  enum class HalfOfDay : std::uint8_t { none, am, pm };

  void skip_blanks() {
    while (at_ < text_.size() && (is_blank(text_[at_]) || text_[at_] == ',')) ++at_;
  }
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  std::optional<Number> read_number() {
    const std::size_t begin = at_;
    while (is_digit(peek())) ++at_;
    Number number;
    // More than nine digits are no field of a date, and would overflow further on.
    number.digits = at_ - begin;
    if (number.digits == 0 || number.digits > 9) return std::nullopt;
    std::from_chars(text_.data() + begin, text_.data() + at_, number.value);
    return number;
  }

  std::string read_word() {
    std::string word;
    for (; is_letter(peek()); ++at_) word += to_lower(peek());
    return word;
  }

  bool read_token() {
    const char c = peek();
    if (is_letter(c)) return read_word_token();
    if (is_digit(c)) return read_number_token();
    // A sign is a zone's only behind a time; before it, "-" stands between fields of a date.
    if ((c == '+' || c == '-') && fields_.time) return read_zone();
    if (c == '-' && is_letter(peek(1))) {
      ++at_;
      return read_word() == "infinity" && set_special(Fields::Special::negative_infinity);
    }
    return false;
  }

  bool set_special(Fields::Special special) {
    if (fields_.special != Fields::Special::none || fields_.days || fields_.time) return false;
    fields_.special = special;
    return true;
  }

  bool set_zone(std::int64_t seconds) {
    if (has_zone() || !fields_.time) return false;
    fields_.zone_seconds = seconds;
    return true;
  }

  [[nodiscard]] bool has_zone() const { return fields_.zone_seconds || fields_.zone != nullptr; }

  bool set_zone_named(std::string_view name) {
    if (has_zone()) return false;
    // Beside a date, PostgreSQL takes a time of day with a zone in few orders only: no value here.
    const bool plain = fields_.time && is_zone_abbreviation(name);
    if (expected_ == Expected::time && has_date() && !plain) return false;
    fields_.zone = zones_.find(name);
    return fields_.zone != nullptr;
  }

  static std::optional<std::int32_t> month_of(std::string_view word) {
    constexpr std::array<std::string_view, 12> names{
        "january", "february", "march",     "april",   "may",      "june",
        "july",    "august",   "september", "october", "november", "december"};
    if (word == "sept") return 9;
    for (std::size_t month = 0; month < names.size(); ++month)
      if (word == names[month] || word == names[month].substr(0, 3))
        return static_cast<std::int32_t>(month + 1);
    return std::nullopt;
  }

  static bool is_weekday(std::string_view word) {
    constexpr std::array<std::string_view, 11> names{"sunday",   "monday", "tuesday",  "wednesday",
                                                     "thursday", "friday", "saturday", "tues",
                                                     "wednes",   "thur",   "thurs"};
    return std::ranges::any_of(
        names, [&](std::string_view name) { return word == name || word == name.substr(0, 3); });
  }

  bool set_month(std::int32_t month) {
    if (month_) return false;
    month_ = month;
    return true;
  }

  static bool is_zone_sign(char c) {
    return is_letter(c) || is_digit(c) ||
           (c != '\0' && std::string_view("+-/_.:").find(c) != std::string_view::npos);
  }

  // Words that a digit or '+' ends; it ends no other, which then names a zone: "EST5EDT".
  static bool is_keyword(std::string_view word) {
    constexpr std::array<std::string_view, 18> words{"t",  "j",  "jd", "am",       "pm",    "bc",
                                                     "ad", "at", "on", "infinity", "epoch", "dst",
                                                     "d",  "h",  "m",  "mm",       "s",     "y"};
    return month_of(word) || is_weekday(word) || std::ranges::find(words, word) != words.end();
  }

  [[nodiscard]] bool is_joined(std::string_view word) const {
    return (peek() == '+' || is_digit(peek())) && !is_keyword(word);
  }

  // Whether a word that ends here goes on as the name of a zone: "America/New_York", "UTC+3". As in
  // PostgreSQL, month and day must come first.
  [[nodiscard]] bool zone_goes_on(std::string_view word) const {
    const bool day_known = has_date() || (month_ && !numbers_.empty());
    return day_known && (is_separator(peek()) || is_joined(word));
  }

  bool read_zone_name(std::size_t begin) {
    while (is_zone_sign(peek())) ++at_;
    return set_zone_named(text_.substr(begin, at_ - begin));
  }

  bool read_word_token() {
    const std::size_t begin = at_;
    const std::string word = read_word();
    if (zone_goes_on(word)) return read_zone_name(begin);
    if (is_joined(word)) return false;
    if (is_zone_abbreviation(word)) return set_zone_named(word);
    if (word == "t") return is_digit(peek()) && has_date() && (time_follows_ = true);
    if (word == "j" && is_digit(peek())) return read_julian_day();
    if (word == "infinity") return set_special(Fields::Special::infinity);
    if (word == "epoch") return set_special(Fields::Special::epoch);
    if (word == "bc" || word == "ad") return set_era(word == "bc");
    if (word == "am" || word == "pm") return set_half(word == "am" ? HalfOfDay::am : HalfOfDay::pm);
    if (const std::optional<std::int32_t> month = month_of(word)) {
      if (!set_month(*month)) return false;
      if (peek() == '-' || peek() == '/') ++at_;
      return true;
    }
    if (is_weekday(word)) return weekday_given_ = true;
    // Of a time alone, PostgreSQL takes such a zone only when its clocks never changed: no value
    // here.
    return expected_ == Expected::date && set_zone_named(word);
  }

  bool set_era(bool before_christ) {
    if (era_given_) return false;
    era_given_ = true;
    before_christ_ = before_christ;
    return true;
  }

  bool set_half(HalfOfDay half) {
    if (half_ != HalfOfDay::none || !fields_.time || peek() == '-' || peek() == '+') return false;
    half_ = half;
    return true;
  }

  bool read_julian_day() {
    const std::optional<Number> number = read_number();
    if (!number || has_date()) return false;
    fields_.days = number->value - 2451545;
    return true;
  }

  [[nodiscard]] bool has_date() const {
    return fields_.days.has_value() || numbers_.size() + (month_ ? 1 : 0) == 3;
  }

  bool read_number_token() {
    const std::size_t begin = at_;
    const std::optional<Number> number = read_number();
    if (!number) return false;
    if (peek() == ':') {
      at_ = begin;
      return read_time();
    }
    const bool bare_time = expected_ == Expected::time && numbers_.empty() && !month_ &&
                           peek() != '-' && peek() != '/';
    if ((time_follows_ || has_date() || bare_time) && !fields_.time) {
      at_ = begin;
      return read_compact_time();
    }
    // A run of digits alone is the whole date (20240501), with separators it is one field.
    const bool alone = !is_separator(peek());
    if (alone && number->digits >= 5 && numbers_.empty() && !month_)
      return set_compact_date(*number);
    if (alone && number->digits >= 6) return false;
    if (!add_number(*number)) return false;
    return read_separated_date();
  }

  static bool is_separator(char c) { return c == '-' || c == '/' || c == '.'; }

  bool add_number(const Number& number) {
    if (has_date()) return false;
    numbers_.push_back(number);
    return true;
  }

  // After the first field of a date: "-08-03", "/8/1999", "-Jan-08".
  bool read_separated_date() {
    const char separator = peek();
    // As in PostgreSQL, a date with separators stands before all else.
    if (is_separator(separator) && (weekday_given_ || era_given_ || fields_.time || has_zone()))
      return false;
    bool month_inside = false;
    while (is_separator(separator) && peek() == separator && !has_date()) {
      ++at_;
      if (is_letter(peek())) {
        month_inside = true;
        const std::optional<std::int32_t> month = month_of(read_word());
        if (!month || !set_month(*month)) return false;
        continue;
      }
      const std::optional<Number> number = read_number();
      if (!number || !add_number(*number)) return false;
    }
    return !month_inside || !is_letter(peek());
  }

  bool set_compact_date(const Number& number) {
    if (number.digits != 8 && number.digits != 6) return false;
    const std::size_t year_digits = number.digits - 4;
    numbers_.push_back({number.value / 10000, year_digits});
    numbers_.push_back({number.value / 100 % 100, 2});
    numbers_.push_back({number.value % 100, 2});
    year_first_ = true;
    return true;
  }

  // ".dddd" as microseconds, rounded as PostgreSQL does: through a double.
  std::int64_t read_fraction() {
    const std::size_t begin = at_++;
    while (is_digit(peek())) ++at_;
    if (at_ == begin + 1) return 0;
    double fraction = 0;
    std::from_chars(text_.data() + begin, text_.data() + at_, fraction);
    return static_cast<std::int64_t>(std::rint(fraction * 1e6));
  }

  bool set_time(std::int64_t hour, std::int64_t minute, std::int64_t second,
                std::int64_t fraction) {
    if (fields_.time || minute > 59 || second > 60) return false;
    const std::int64_t time = hour * microseconds_per_hour + minute * microseconds_per_minute +
                              second * microseconds_per_second + fraction;
    // 24:00:00 and 23:59:60 are taken, as in PostgreSQL: both are the end of the day.
    if (hour > 24 || time > microseconds_per_day) return false;
    fields_.time = time;
    return true;
  }

  bool read_time() {
    const std::optional<Number> hour = read_number();
    if (!hour || peek() != ':') return false;
    ++at_;
    const std::optional<Number> minute = read_number();
    if (!minute) return false;
    Number second;
    if (peek() == ':') {
      ++at_;
      const std::optional<Number> read = read_number();
      if (!read) return false;
      second = *read;
    }
    const std::int64_t fraction = peek() == '.' ? read_fraction() : 0;
    return set_time(hour->value, minute->value, second.value, fraction);
  }

  // HHMM or HHMMSS[.f].
  bool read_compact_time() {
    const std::optional<Number> number = read_number();
    if (!number || (number->digits != 4 && number->digits != 6)) return false;
    const std::int64_t value = number->digits == 4 ? number->value * 100 : number->value;
    const std::int64_t fraction = peek() == '.' ? read_fraction() : 0;
    return set_time(value / 10000, value / 100 % 100, value % 100, fraction);
  }

  // +HH, +HHMM, +HH:MM, +HH:MM:SS.
  bool read_zone() {
    const std::int64_t sign = peek() == '-' ? -1 : 1;
    ++at_;
    const std::optional<Number> first = read_number();
    if (!first || first->digits > 4) return false;
    std::int64_t hours = first->digits <= 2 ? first->value : first->value / 100;
    std::int64_t minutes = first->digits <= 2 ? 0 : first->value % 100;
    std::int64_t seconds = 0;
    for (std::int64_t* const part : {&minutes, &seconds}) {
      if (peek() != ':' || first->digits > 2) break;
      ++at_;
      const std::optional<Number> number = read_number();
      if (!number) return false;
      *part = number->value;
    }
    if (hours > zone_hours_max || minutes > 59 || seconds > 59) return false;
    return set_zone(sign * (hours * 3600 + minutes * 60 + seconds));
  }

  bool finish() {
    if (fields_.special != Fields::Special::none)
      return numbers_.empty() && !month_ && !fields_.time && !fields_.days;
    if ((!numbers_.empty() || month_) && !resolve_date()) return false;
    return apply_half_of_day();
  }

  bool apply_half_of_day() {
    if (half_ == HalfOfDay::none) return true;
    const std::int64_t hour = *fields_.time / microseconds_per_hour;
    if (hour > 12) return false;
    if (half_ == HalfOfDay::am && hour == 12) *fields_.time -= 12 * microseconds_per_hour;
    if (half_ == HalfOfDay::pm && hour != 12) *fields_.time += 12 * microseconds_per_hour;
    return true;
  }

  bool resolve_date() {
    Number year;
    Number month;
    Number day;
    // Which number is what: a named month leaves year and day, told apart by the year's digits; a
    // year of three or more digits in front means Y/M/D; all else is M/D/Y.
    if (fields_.days || numbers_.size() + (month_ ? 1 : 0) != 3) return false;
    if (month_) {
      month = {*month_, 2};
      const bool first_is_year = numbers_[0].digits >= 3;
      year = first_is_year ? numbers_[0] : numbers_[1];
      day = first_is_year ? numbers_[1] : numbers_[0];
    } else if (year_first_ || numbers_[0].digits >= 3) {
      year = numbers_[0];
      month = numbers_[1];
      day = numbers_[2];
    } else {
      month = numbers_[0];
      day = numbers_[1];
      year = numbers_[2];
    }
    return set_date(year, static_cast<std::int32_t>(month.value), day.value);
  }

  bool set_date(const Number& year, std::int32_t month, std::int64_t day) {
    std::int64_t astronomical = year.value;
    if (before_christ_) {
      if (astronomical <= 0) return false;
      astronomical = 1 - astronomical;
      // ValidateDate(): two digits mean 1970 to 2069.
    } else if (year.digits <= 2) {
      astronomical += astronomical < 70 ? 2000 : 1900;
    } else if (astronomical == 0) {
      return false;
    }
    if (month < 1 || month > 12 || day < 1 || day > days_in_month(astronomical, month))
      return false;
    fields_.days = days_from_civil({astronomical, month, static_cast<std::int32_t>(day)});
    return true;
  }

  std::string_view text_;
  Expected expected_;
  const TimeZones& zones_;
  std::size_t at_ = 0;
  Fields fields_;
  std::vector<Number> numbers_;  // fields of the date, in the order given
  std::optional<std::int32_t> month_;
  bool year_first_ = false;
  bool time_follows_ = false;
  bool weekday_given_ = false;
  bool era_given_ = false;
  bool before_christ_ = false;
  HalfOfDay half_ = HalfOfDay::none;
};

std::optional<std::int64_t> timestamp_of(const Fields& fields) {
  switch (fields.special) {
    case Fields::Special::infinity: return timestamp_infinity;
    case Fields::Special::negative_infinity: return timestamp_negative_infinity;
    case Fields::Special::epoch: return unix_epoch_days * microseconds_per_day;
    case Fields::Special::none: break;
  }
  // Checked before multiplying, which would overflow for the last dates.
  if (!fields.days || *fields.days < date_begin ||
      *fields.days > timestamp_end / microseconds_per_day)
    return std::nullopt;
  const std::int64_t local = *fields.days * microseconds_per_day + fields.time.value_or(0);
  const std::int64_t offset = fields.zone != nullptr
                                  ? fields.zone->offset_of_local(local)
                                  : fields.zone_seconds.value_or(0) * microseconds_per_second;
  const std::int64_t microseconds = local - offset;
  if (!timestamp_in_range(microseconds)) return std::nullopt;
  return microseconds;
}

}  // namespace

std::optional<std::int64_t> parse_date(std::string_view text, const TimeZones& zones) {
  std::int64_t days = 0;
  if (text.size() == 10 && read_printed_date(text.data(), days)) return days;
  const std::optional<Fields> fields = Reader(text, Reader::Expected::date, zones).read();
  if (!fields) return std::nullopt;
  switch (fields->special) {
    case Fields::Special::infinity: return date_infinity;
    case Fields::Special::negative_infinity: return date_negative_infinity;
    case Fields::Special::epoch: return unix_epoch_days;
    case Fields::Special::none: break;
  }
  if (!fields->days || !date_in_range(*fields->days)) return std::nullopt;
  return fields->days;
}

std::optional<std::int64_t> parse_time(std::string_view text, const TimeZones& zones) {
  std::int64_t time = 0;
  if (read_printed_time(text, time)) return time;
  const std::optional<Fields> fields = Reader(text, Reader::Expected::time, zones).read();
  if (!fields || fields->special != Fields::Special::none) return std::nullopt;
  return fields->time;
}

std::optional<std::int64_t> parse_timestamp(std::string_view text, const TimeZones& zones) {
  std::int64_t microseconds = 0;
  if (read_printed_timestamp(text, microseconds)) return microseconds;
  std::optional<Fields> fields = Reader(text, Reader::Expected::date, zones).read();
  if (!fields) return std::nullopt;
  // A timestamp has no zone: one in the text is read, checked and ignored.
  fields->zone_seconds.reset();
  fields->zone = nullptr;
  return timestamp_of(*fields);
}

std::optional<std::int64_t> parse_timestamptz(std::string_view text, const TimeZones& zones) {
  std::int64_t microseconds = 0;
  if (text.ends_with("+00") &&
      read_printed_timestamp(text.substr(0, text.size() - 3), microseconds))
    return microseconds;
  const std::optional<Fields> fields = Reader(text, Reader::Expected::date, zones).read();
  if (!fields) return std::nullopt;
  return timestamp_of(*fields);
}

}  // namespace deltamill
