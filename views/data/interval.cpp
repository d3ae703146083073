// Intervals: printing, rounding to a modifier, and reading numbers with units, clock times and ISO
// 8601 durations.
#include "views/data/interval.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <vector>

#include "views/data/datetime.h"

namespace deltamill {

namespace {

// Fields of an interval's modifier, bits as PostgreSQL's INTERVAL_MASK.
constexpr std::int32_t field_month = 1 << 1;
constexpr std::int32_t field_year = 1 << 2;
constexpr std::int32_t field_day = 1 << 3;
constexpr std::int32_t field_hour = 1 << 10;
constexpr std::int32_t field_minute = 1 << 11;
constexpr std::int32_t field_second = 1 << 12;
constexpr std::int32_t all_fields = 0x7fff;

std::int32_t fields_of(std::int32_t modifier) {
  return modifier < 0 ? all_fields : modifier >> 16 & all_fields;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

enum class Unit : std::uint8_t {
  microsecond,
  millisecond,
  second,
  minute,
  hour,
  day,
  week,
  month,
  year,
  decade,
  century,
  millennium,
};

struct UnitName {
  std::string_view name;
  Unit unit;
};

constexpr std::array unit_names{
    UnitName{"us", Unit::microsecond},
    UnitName{"usec", Unit::microsecond},
    UnitName{"usecs", Unit::microsecond},
    UnitName{"usecond", Unit::microsecond},
    UnitName{"useconds", Unit::microsecond},
    UnitName{"microsecon", Unit::microsecond},
    UnitName{"ms", Unit::millisecond},
    UnitName{"msec", Unit::millisecond},
    UnitName{"msecs", Unit::millisecond},
    UnitName{"mseconds", Unit::millisecond},
    UnitName{"msecond", Unit::millisecond},
    UnitName{"millisecon", Unit::millisecond},
    UnitName{"s", Unit::second},
    UnitName{"sec", Unit::second},
    UnitName{"secs", Unit::second},
    UnitName{"second", Unit::second},
    UnitName{"seconds", Unit::second},
    UnitName{"m", Unit::minute},
    UnitName{"min", Unit::minute},
    UnitName{"mins", Unit::minute},
    UnitName{"minute", Unit::minute},
    UnitName{"minutes", Unit::minute},
    UnitName{"h", Unit::hour},
    UnitName{"hr", Unit::hour},
    UnitName{"hrs", Unit::hour},
    UnitName{"hour", Unit::hour},
    UnitName{"hours", Unit::hour},
    UnitName{"d", Unit::day},
    UnitName{"day", Unit::day},
    UnitName{"days", Unit::day},
    UnitName{"w", Unit::week},
    UnitName{"week", Unit::week},
    UnitName{"weeks", Unit::week},
    UnitName{"mon", Unit::month},
    UnitName{"mons", Unit::month},
    UnitName{"month", Unit::month},
    UnitName{"months", Unit::month},
    UnitName{"y", Unit::year},
    UnitName{"yr", Unit::year},
    UnitName{"yrs", Unit::year},
    UnitName{"year", Unit::year},
    UnitName{"years", Unit::year},
    UnitName{"dec", Unit::decade},
    UnitName{"decs", Unit::decade},
    UnitName{"decade", Unit::decade},
    UnitName{"decades", Unit::decade},
    UnitName{"c", Unit::century},
    UnitName{"cent", Unit::century},
    UnitName{"century", Unit::century},
    UnitName{"centuries", Unit::century},
    UnitName{"mil", Unit::millennium},
    UnitName{"mils", Unit::millennium},
    UnitName{"millennia", Unit::millennium},
    UnitName{"millennium", Unit::millennium},
};

// PostgreSQL compares no more than the first ten letters of a unit.
std::optional<Unit> unit_of(std::string_view word) {
  constexpr std::size_t letters_max = 10;
  for (const UnitName& candidate : unit_names)
    if (word.substr(0, letters_max) == candidate.name.substr(0, letters_max)) return candidate.unit;
  return std::nullopt;
}

// Adds up what the parts of a literal say; any overflow makes the literal invalid.
class Total {
 public:
  bool add(Unit unit, std::int64_t whole, double fraction) {
    switch (unit) {
      case Unit::microsecond: return add_time(whole, 1) && add_time_fraction(fraction, 1);
      case Unit::millisecond: return add_time(whole, 1000) && add_time_fraction(fraction, 1000);
      case Unit::second: return add_clock(whole, fraction, microseconds_per_second);
      case Unit::minute: return add_clock(whole, fraction, microseconds_per_minute);
      case Unit::hour: return add_clock(whole, fraction, microseconds_per_hour);
      case Unit::day:
        return add_days(whole, 1) && add_time_fraction(fraction, microseconds_per_day);
      case Unit::week: return add_days(whole, 7) && add_day_fraction(fraction, 7);
      case Unit::month: return add_months(whole, 1) && add_day_fraction(fraction, 30);
      case Unit::year: return add_months(whole, 12) && add_month_fraction(fraction, 12);
      case Unit::decade: return add_months(whole, 120) && add_month_fraction(fraction, 120);
      case Unit::century: return add_months(whole, 1200) && add_month_fraction(fraction, 1200);
      case Unit::millennium: return add_months(whole, 12000) && add_month_fraction(fraction, 12000);
    }
    return false;
  }

  bool add_time(std::int64_t count, std::int64_t unit) {
    std::int64_t microseconds;
    return !__builtin_mul_overflow(count, unit, &microseconds) &&
           !__builtin_add_overflow(time_, microseconds, &time_);
  }

  bool negate() {
    constexpr std::int64_t zero = 0;
    return !__builtin_sub_overflow(zero, time_, &time_) &&
           !__builtin_sub_overflow(zero, days_, &days_) &&
           !__builtin_sub_overflow(zero, months_, &months_);
  }

  [[nodiscard]] std::optional<Interval> interval() const {
    const auto fits = [](std::int64_t number) {
      return number >= std::numeric_limits<std::int32_t>::min() &&
             number <= std::numeric_limits<std::int32_t>::max();
    };
    if (!fits(days_) || !fits(months_)) return std::nullopt;
    return Interval{time_, static_cast<std::int32_t>(days_), static_cast<std::int32_t>(months_)};
  }

 private:
  bool add_clock(std::int64_t whole, double fraction, std::int64_t unit) {
    return add_time(whole, unit) && add_time_fraction(fraction, unit);
  }

  bool add_time_fraction(double fraction, std::int64_t unit) {
    fraction *= static_cast<double>(unit);
    auto whole = static_cast<std::int64_t>(fraction);
    fraction -= static_cast<double>(whole);
    if (fraction > 0.5) ++whole;
    if (fraction < -0.5) --whole;
    return add_time(whole, 1);
  }

  bool add_days(std::int64_t count, std::int64_t unit) {
    std::int64_t days;
    return !__builtin_mul_overflow(count, unit, &days) &&
           !__builtin_add_overflow(days_, days, &days_);
  }

  bool add_day_fraction(double fraction, std::int64_t unit) {
    fraction *= static_cast<double>(unit);
    const auto whole = static_cast<std::int64_t>(fraction);
    return add_days(whole, 1) &&
           add_time_fraction(fraction - static_cast<double>(whole), microseconds_per_day);
  }

  bool add_months(std::int64_t count, std::int64_t unit) {
    std::int64_t months;
    return !__builtin_mul_overflow(count, unit, &months) &&
           !__builtin_add_overflow(months_, months, &months_);
  }

  bool add_month_fraction(double fraction, std::int64_t unit) {
    return add_months(static_cast<std::int64_t>(std::rint(fraction * static_cast<double>(unit))),
                      1);
  }

  std::int64_t time_ = 0;
  std::int64_t days_ = 0;
  std::int64_t months_ = 0;
};

// A signed decimal: "-1.5" is whole -1, fraction -0.5; "-.5" is negative though its whole part is
// 0.
struct Amount {
  bool negative = false;
  std::int64_t whole = 0;
  double fraction = 0;
};

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

// ---- PostgreSQL's own forms
// --------------------------------------------------------------------------------------

struct Token {
  enum class Kind : std::uint8_t { word, number, clock, years_months };
  Kind kind = Kind::word;
  std::string text;  // words in lower case
};

// Microseconds of "[-]HH:MM[:SS[.f]]"; "MM:SS.f" if a fraction follows two fields or the modifier
// is minute to second.
std::optional<std::int64_t> read_clock(std::string_view text, std::int32_t fields) {
  const bool negative = text[0] == '-';
  if (negative || text[0] == '+') text.remove_prefix(1);
  std::array<std::int64_t, 3> parts{};
  std::size_t count = 0;
  std::int64_t fraction = 0;
  const char* at = text.data();
  const char* const end = at + text.size();
  for (; count < parts.size(); ++at) {
    const auto [next, error] = std::from_chars(at, end, parts[count++]);
    if (error != std::errc() || *at == '-') return std::nullopt;
    at = next;
    if (at == end || *at != ':') break;
  }
  const bool fractional = at != end && *at == '.';
  if (fractional && at + 1 != end) {
    double read = 0;
    const auto [next, error] = std::from_chars(at, end, read);
    if (error != std::errc() || next != end) return std::nullopt;
    fraction = static_cast<std::int64_t>(std::rint(read * 1e6));
  } else if (at != end && !fractional) {
    return std::nullopt;
  }
  if (count == 2 && (fractional || fields == (field_minute | field_second)))
    parts = {0, parts[0], parts[1]};
  if (count < 2 || parts[1] > 59 || parts[2] > 60) return std::nullopt;
  // Summed with its sign, since the lowest time has no positive counterpart.
  const std::int64_t sign = negative ? -1 : 1;
  Total total;
  if (!total.add_time(parts[0], sign * microseconds_per_hour) ||
      !total.add_time(parts[1], sign * microseconds_per_minute) ||
      !total.add_time(parts[2], sign * microseconds_per_second) || !total.add_time(fraction, sign))
    return std::nullopt;
  return total.interval()->microseconds;
}

// "years-months" of the SQL standard, in months.
std::optional<std::int64_t> read_years_months(std::string_view text) {
  const bool negative = text[0] == '-';
  if (negative || text[0] == '+') text.remove_prefix(1);
  std::int64_t years = 0;
  std::int64_t months = 0;
  const char* const end = text.data() + text.size();
  const auto [dash, years_error] = std::from_chars(text.data(), end, years);
  if (years_error != std::errc() || dash == end || dash + 1 == end || !is_digit(dash[1]))
    return std::nullopt;
  const auto [rest, months_error] = std::from_chars(dash + 1, end, months);
  if (months_error != std::errc() || rest != end || months > 11) return std::nullopt;
  if (years > std::numeric_limits<std::int32_t>::max()) return std::nullopt;
  const std::int64_t total = years * 12 + months;
  return negative ? -total : total;
}

Token read_word(std::string_view text, std::size_t& at) {
  Token token;
  for (; at < text.size() && is_letter(text[at]); ++at)
    token.text += static_cast<char>(text[at] >= 'a' ? text[at] : text[at] + 32);
  return token;
}

// A sign may stand apart from its number: "- 1 day".
std::optional<Token> read_number_token(std::string_view text, std::size_t& at) {
  Token token;
  token.kind = Token::Kind::number;
  if (text[at] == '+' || text[at] == '-') {
    token.text += text[at++];
    while (at < text.size() && is_blank(text[at])) ++at;
  }
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == ':')
      token.kind = Token::Kind::clock;
    else if (c == '-' && token.kind == Token::Kind::number && is_digit(token.text.back()))
      token.kind = Token::Kind::years_months;
    else if (c == '-' && token.kind == Token::Kind::years_months)
      return std::nullopt;  // a date
    else if (!is_digit(c) && c != '.')
      break;
    token.text += c;
  }
  const std::size_t digit = token.text.find_first_of("0123456789");
  const bool sign_apart_from_digit = digit != 0 && token.text[0] != '.' && digit != 1;
  const bool point_before_word =
      token.text.back() == '.' && at < text.size() && is_letter(text[at]);
  if (digit == std::string::npos || sign_apart_from_digit || point_before_word) return std::nullopt;
  return token;
}

std::optional<std::vector<Token>> tokens_of(std::string_view text) {
  std::vector<Token> tokens;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (is_blank(c) || c == ',' || c == '@') {
      ++at;
    } else if (is_letter(c)) {
      tokens.push_back(read_word(text, at));
    } else if (is_digit(c) || c == '+' || c == '-' || c == '.') {
      std::optional<Token> token = read_number_token(text, at);
      if (!token) return std::nullopt;
      tokens.push_back(std::move(*token));
    } else {
      return std::nullopt;
    }
  }
  return tokens;
}

// What a number without a unit means: the last field of the modifier, else seconds.
Unit unit_by_fields(std::int32_t fields) {
  if (fields == field_year) return Unit::year;
  if (fields == field_month || fields == (field_year | field_month)) return Unit::month;
  if (fields == field_day) return Unit::day;
  if (fields == all_fields || (fields & field_second) != 0) return Unit::second;
  if ((fields & field_minute) != 0) return Unit::minute;
  return (fields & field_hour) != 0 ? Unit::hour : Unit::second;
}

constexpr std::uint32_t bit(Unit unit) {
  return 1U << static_cast<std::uint32_t>(unit);
}
constexpr std::uint32_t all_seconds =
    bit(Unit::microsecond) | bit(Unit::millisecond) | bit(Unit::second);

// Reads the tokens from the right, so that a unit is known before its number. A unit may be named
// once; a number to the left of hours or of a clock time means days.
class PhraseReader {
 public:
  explicit PhraseReader(std::int32_t fields) : fields_(fields) {}

  std::optional<Interval> read(const std::vector<Token>& tokens) {
    for (std::size_t left = tokens.size(); left-- > 0;)
      if (!take(tokens[left])) return std::nullopt;
    if (seen_ == 0) return std::nullopt;
    if (ago_ && !total_.negate()) return std::nullopt;
    return total_.interval();
  }

 private:
  bool take(const Token& token) {
    switch (token.kind) {
      case Token::Kind::word: return take_word(token.text);
      case Token::Kind::clock: return take_clock(token.text);
      case Token::Kind::years_months: return take_years_months(token.text);
      case Token::Kind::number: return take_number(token.text);
    }
    return false;
  }

  bool take_word(std::string_view word) {
    if (word == "ago") {
      unit_.reset();
      return ago_ = true;
    }
    unit_ = unit_of(word);
    return unit_.has_value();
  }

  bool take_clock(std::string_view text) {
    const std::optional<std::int64_t> time = read_clock(text, fields_);
    unit_ = Unit::day;
    return time && mark(all_seconds | bit(Unit::minute) | bit(Unit::hour)) &&
           total_.add_time(*time, 1);
  }

  bool take_years_months(std::string_view text) {
    const std::optional<std::int64_t> months = read_years_months(text);
    unit_ = Unit::month;
    return months && mark(bit(Unit::month)) && total_.add(Unit::month, *months, 0);
  }

  bool take_number(std::string_view text) {
    const std::optional<Amount> amount = read_amount(text);
    if (!amount || (ago_ && !unit_)) return false;
    const Unit unit = unit_.value_or(unit_by_fields(fields_));
    unit_ = unit == Unit::hour ? Unit::day : unit;
    const bool fractional_second = unit == Unit::second && amount->fraction != 0;
    return mark(fractional_second ? all_seconds : bit(unit)) &&
           total_.add(unit, amount->whole, amount->fraction);
  }

  bool mark(std::uint32_t units) {
    if ((seen_ & units) != 0) return false;
    seen_ |= units;
    return true;
  }

  std::int32_t fields_;
  std::optional<Unit> unit_;  // of the number to the left
  std::uint32_t seen_ = 0;
  bool ago_ = false;
  Total total_;
};

// ---- ISO 8601
// ----------------------------------------------------------------------------------------------------

std::optional<Unit> iso_unit(char letter, bool time_part) {
  switch (letter) {
    case 'Y': return time_part ? std::nullopt : std::optional(Unit::year);
    case 'M': return time_part ? Unit::minute : Unit::month;
    case 'W': return time_part ? std::nullopt : std::optional(Unit::week);
    case 'D': return time_part ? std::nullopt : std::optional(Unit::day);
    case 'H': return time_part ? std::optional(Unit::hour) : std::nullopt;
    case 'S': return time_part ? std::optional(Unit::second) : std::nullopt;
    default: return std::nullopt;
  }
}

// The parts of a duration: each number has a designator behind it ("P1Y2M3DT4H5M6.7S"), or all of
// them stand in the order of a date and a time ("P0001-02-03T04:05:06").
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
    const std::optional<Unit> unit = read_unit();
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

  std::optional<Unit> read_unit() {
    const char next = at_ < text_.size() ? text_[at_] : '\0';
    const char separator = time_part_ ? ':' : '-';
    if (next != separator && next != '\0' && next != 'T') {
      ++at_;
      return position_ == 0 ? iso_unit(next, time_part_) : std::nullopt;
    }
    constexpr std::array date_units{Unit::year, Unit::month, Unit::day};
    constexpr std::array time_units{Unit::hour, Unit::minute, Unit::second};
    if (position_ == date_units.size()) return std::nullopt;
    if (next == separator) ++at_;
    const std::size_t position = position_++;
    return time_part_ ? time_units[position] : date_units[position];
  }

  std::string_view text_;
  std::size_t at_ = 1;
  std::size_t position_ = 0;  // among numbers without designators
  bool time_part_ = false;
  Total total_;
};

// ---- printing
// ----------------------------------------------------------------------------------------------------

// Prints the parts of an interval; a positive part after a negative one gets its sign.
class PartPrinter {
 public:
  explicit PartPrinter(std::string& text) : text_(text) {}

  void part(std::int64_t count, std::string_view unit) {
    if (count == 0) return;
    if (!first_) text_ += ' ';
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

std::optional<Interval> parse_interval(std::string_view text, std::int32_t modifier) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  std::optional<Interval> interval;
  if (!text.empty() && text[0] == 'P') {
    if (text.size() > 1) interval = DurationReader(text).read();
  } else if (const std::optional<std::vector<Token>> tokens = tokens_of(text)) {
    interval = PhraseReader(fields_of(modifier)).read(*tokens);
  }
  if (!interval) return std::nullopt;
  return fit_interval(*interval, modifier);
}

Interval fit_interval(const Interval& interval, std::int32_t modifier) {
  Interval fitted = interval;
  const std::int32_t fields = fields_of(modifier);
  constexpr std::int32_t year_to_month = field_year | field_month;
  if (fields == field_year) fitted.months = fitted.months / 12 * 12;
  if ((fields & ~year_to_month) == 0) {
    fitted.days = 0;
    fitted.microseconds = 0;
  } else if (fields == field_day) {
    fitted.microseconds = 0;
  } else if (fields != all_fields && (fields & field_second) == 0) {
    const bool minutes = (fields & field_minute) != 0;
    fitted.microseconds =
        cut(fitted.microseconds, minutes ? microseconds_per_minute : microseconds_per_hour);
  }
  if (modifier < 0 || (modifier & 0xffff) == 0xffff) return fitted;
  fitted.microseconds = round_fraction(fitted.microseconds, modifier & 0xffff);
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
