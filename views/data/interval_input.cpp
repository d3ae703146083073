// Reads intervals in PostgreSQL's own forms, "1 year 2 mons -3 days 04:05:06.7 ago", token by
// token, after DecodeInterval of datetime.c. ISO 8601: iso_duration.cpp.
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "views/data/ascii.h"
#include "views/data/datetime.h"
#include "views/data/interval.h"
#include "views/data/interval_total.h"
#include "views/data/iso_duration.h"
#include "views/data/time_unit.h"
#include "views/data/type_modifier.h"

namespace deltamill {

namespace {

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
    // from_chars takes a sign, which no field but the first may have.
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
  IntervalTotal total;
  if (!total.add_time(parts[0], sign * microseconds_per_hour) ||
      !total.add_time(parts[1], sign * microseconds_per_minute) ||
      !total.add_time(parts[2], sign * microseconds_per_second) || !total.add_time(fraction, sign))
    return std::nullopt;
  return total.time();
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
  for (; at < text.size() && is_letter(text[at]); ++at) token.text += to_lower(text[at]);
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
TimeUnit unit_by_fields(std::int32_t fields) {
  if (fields == field_year) return TimeUnit::year;
  if (fields == field_month || fields == (field_year | field_month)) return TimeUnit::month;
  if (fields == field_day) return TimeUnit::day;
  if (fields == all_interval_fields || (fields & field_second) != 0) return TimeUnit::second;
  if ((fields & field_minute) != 0) return TimeUnit::minute;
  return (fields & field_hour) != 0 ? TimeUnit::hour : TimeUnit::second;
}

constexpr std::uint32_t bit(TimeUnit unit) {
  return 1U << static_cast<std::uint32_t>(unit);
}
constexpr std::uint32_t all_seconds =
    bit(TimeUnit::microsecond) | bit(TimeUnit::millisecond) | bit(TimeUnit::second);

// Reads the tokens from the right, so that a unit is known before its number. A unit may be named
// once; a number to the left of hours or of a clock time means days.
class PhraseReader {
 public:
  explicit PhraseReader(std::int32_t fields) : fields_(fields) {}

  // From the right: in "1 day 2 hours" each unit is seen before the number that it belongs to, and
  // "ago" before all that it negates.
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
    unit_ = time_unit_of(word);
    return unit_ && is_interval_unit(*unit_);
  }

  bool take_clock(std::string_view text) {
    const std::optional<std::int64_t> time = read_clock(text, fields_);
    unit_ = TimeUnit::day;
    return time && mark(all_seconds | bit(TimeUnit::minute) | bit(TimeUnit::hour)) &&
           total_.add_time(*time, 1);
  }

  bool take_years_months(std::string_view text) {
    const std::optional<std::int64_t> months = read_years_months(text);
    unit_ = TimeUnit::month;
    return months && mark(bit(TimeUnit::month)) && total_.add(TimeUnit::month, *months, 0);
  }

  bool take_number(std::string_view text) {
    const std::optional<Amount> amount = read_amount(text);
    if (!amount || (ago_ && !unit_)) return false;
    const TimeUnit unit = unit_.value_or(unit_by_fields(fields_));
    unit_ = unit == TimeUnit::hour ? TimeUnit::day : unit;
    const bool fractional_second = unit == TimeUnit::second && amount->fraction != 0;
    return mark(fractional_second ? all_seconds : bit(unit)) &&
           total_.add(unit, amount->whole, amount->fraction);
  }

  // A field given twice is an error in PostgreSQL, and so is a fraction of a second beside
  // milliseconds, which it covers.
  bool mark(std::uint32_t units) {
    if ((seen_ & units) != 0) return false;
    seen_ |= units;
    return true;
  }

  std::int32_t fields_;
  std::optional<TimeUnit> unit_;  // of the number to the left
  std::uint32_t seen_ = 0;
  bool ago_ = false;
  IntervalTotal total_;
};

}  // namespace

std::optional<Interval> parse_interval(std::string_view text, std::int32_t modifier) {
  text = without_blanks(text);
  std::optional<Interval> interval;
  if (text.starts_with('P')) {
    interval = parse_iso_duration(text);
  } else if (const std::optional<std::vector<Token>> tokens = tokens_of(text)) {
    interval = PhraseReader(interval_fields(modifier)).read(*tokens);
  }
  if (!interval) return std::nullopt;
  return fit_interval(*interval, modifier);
}

}  // namespace deltamill
