// Reads and prints numerics, and converts them from and to floats, which goes through text as it
// does in PostgreSQL. Nearly every number has at most 18 digits and no exponent: it is read and
// printed without a big integer.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "views/data/ascii.h"
#include "views/data/big_decimal.h"
#include "views/data/check.h"
#include "views/data/numeric.h"
#include "views/data/type_modifier.h"

namespace deltamill {

namespace {

// Digits of a finite decimal with the point in its place.
void append_decimal(std::string_view digits, bool negative, std::uint32_t scale,
                    std::string& text) {
  if (negative) text += '-';
  if (scale == 0) {
    text += digits;
    return;
  }
  if (digits.size() <= scale) {
    text += "0.";
    text.append(scale - digits.size(), '0');
    text += digits;
    return;
  }
  text += digits.substr(0, digits.size() - scale);
  text += '.';
  text += digits.substr(digits.size() - scale);
}

void append_small(std::int64_t mantissa, std::uint32_t scale, std::string& text) {
  const bool negative = mantissa < 0;
  const std::uint64_t magnitude =
      negative ? 0 - static_cast<std::uint64_t>(mantissa) : static_cast<std::uint64_t>(mantissa);
  char digits[20];
  const char* const end = std::to_chars(digits, digits + sizeof digits, magnitude).ptr;
  append_decimal({digits, static_cast<std::size_t>(end - digits)}, negative, scale, text);
}

// The nearest float. from_chars tells only that a number is out of range: without a digit before
// the point it is too small, else too large.
template <typename Real>
Real real_of_text(const std::string& text) {
  Real real = 0;
  const std::from_chars_result result =
      std::from_chars(text.data(), text.data() + text.size(), real);
  if (result.ec != std::errc::result_out_of_range) return real;
  const bool negative = text[0] == '-';
  const std::size_t point = text.find('.');
  const bool tiny = text.substr(0, point).find_first_of("123456789") == std::string::npos;
  const Real magnitude = tiny ? Real{0} : std::numeric_limits<Real>::infinity();
  return negative ? -magnitude : magnitude;
}

std::optional<Numeric> parse_special(std::string_view text) {
  // NaN takes no sign, the infinities do (numeric_in).
  if (equals_ignoring_case(text, "nan")) return Numeric::special(Numeric::Class::nan);
  int sign = 1;
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    if (text[0] == '-') sign = -1;
    text.remove_prefix(1);
  }
  if (equals_ignoring_case(text, "infinity") || equals_ignoring_case(text, "inf"))
    return Numeric::infinity(sign);
  return std::nullopt;
}

// The parts of a decimal literal.
struct Literal {
  bool negative = false;
  std::string digits;         // without the point
  std::int64_t fraction = 0;  // digits after the point
  std::int64_t exponent = 0;
};

// As strtol reads it, which PostgreSQL uses: blanks before the sign are allowed.
std::optional<std::int64_t> parse_exponent(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  if (!text.empty() && text[0] == '+') {
    text.remove_prefix(1);
    if (text.empty() || !is_digit(text[0])) return std::nullopt;
  }
  std::int64_t exponent = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), exponent);
  constexpr std::int64_t limit = std::numeric_limits<std::int32_t>::max() / 2;
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (exponent >= limit || exponent <= -limit) return std::nullopt;
  return exponent;
}

std::optional<Literal> split_literal(std::string_view text) {
  Literal literal;
  std::size_t at = 0;
  if (at < text.size() && (text[at] == '+' || text[at] == '-'))
    literal.negative = text[at++] == '-';
  bool point = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (is_digit(c)) {
      literal.digits += c;
      if (point) ++literal.fraction;
    } else if (c == '.' && !point) {
      point = true;
    } else {
      break;
    }
  }
  if (literal.digits.empty()) return std::nullopt;
  if (at == text.size()) return literal;
  if (text[at] != 'e' && text[at] != 'E') return std::nullopt;
  const std::optional<std::int64_t> exponent = parse_exponent(text.substr(at + 1));
  if (!exponent) return std::nullopt;
  literal.exponent = *exponent;
  return literal;
}

std::optional<Numeric> numeric_of(const Literal& literal) {
  // Digits behind the point once the exponent has moved it; below 0, zeros follow the digits.
  const std::int64_t places = literal.fraction - literal.exponent;
  const std::size_t first = literal.digits.find_first_not_of('0');
  // The limits of the stored format come before any arithmetic: 1e1000000000 must not be computed
  // to be refused.
  if (places > std::int64_t{numeric_scale_max}) return std::nullopt;
  const auto scale = static_cast<std::uint32_t>(std::max<std::int64_t>(places, 0));
  if (first == std::string::npos) return Numeric(0, scale);
  const std::string digits = literal.digits.substr(first);
  if (static_cast<std::int64_t>(digits.size()) - places > whole_digits_max) return std::nullopt;
  BigInteger mantissa(digits);
  if (places < 0) mantissa *= power_of_ten(static_cast<std::uint32_t>(-places));
  if (literal.negative) mantissa = -mantissa;
  return Numeric(std::move(mantissa), scale);
}

// The text that PostgreSQL prints for nearly every number: sign, up to 18 digits, point. False: not
// of that form.
bool parse_plain(std::string_view text, Value& value) {
  std::size_t at = !text.empty() && text[0] == '-' ? 1 : 0;
  const bool negative = at == 1;
  if (text.size() > at + 19) return false;
  std::uint64_t mantissa = 0;  // of up to 19 digits
  std::size_t digits = 0;
  std::size_t point = text.size();
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (is_digit(c)) {
      mantissa = mantissa * 10 + static_cast<std::uint64_t>(c - '0');
      ++digits;
    } else if (c == '.' && point == text.size() && digits != 0) {
      point = at;
    } else {
      return false;
    }
  }
  if (digits == 0 || digits > small_digits_max) return false;
  const std::size_t scale = point == text.size() ? 0 : text.size() - point - 1;
  const auto positive = static_cast<std::int64_t>(mantissa);
  value = Value::of_decimal(negative ? -positive : positive, static_cast<std::uint32_t>(scale));
  return true;
}

bool plain_fits(const Value& value, std::int32_t modifier) {
  if (modifier < 0) return true;
  const NumericPrecision precision = numeric_precision(modifier);
  // Fewer digits behind the point would have to be filled up, more to be rounded: both go through
  // Numeric::fit.
  if (precision.scale != static_cast<std::int32_t>(value.length)) return false;
  return precision.digits > static_cast<std::int32_t>(small_digits_max) ||
         (value.integer < powers_of_ten[static_cast<std::size_t>(precision.digits)] &&
          value.integer > -powers_of_ten[static_cast<std::size_t>(precision.digits)]);
}

}  // namespace

Numeric Numeric::of_real(double real, int significant_digits) {
  if (std::isnan(real)) return Numeric::special(Numeric::Class::nan);
  if (std::isinf(real)) return infinity(real < 0 ? -1 : 1);
  char text[64];
  const char* const end =
      std::to_chars(text, text + sizeof text, real, std::chars_format::general, significant_digits)
          .ptr;
  const std::optional<Numeric> number = parse({text, static_cast<std::size_t>(end - text)});
  DM_CHECK(number.has_value(), "a finite float has a decimal form");
  return *number;
}

std::optional<Numeric> Numeric::parse(std::string_view text) {
  text = without_blanks(text);
  Value plain;
  if (parse_plain(text, plain)) return of_value(plain);
  if (const std::optional<Literal> literal = split_literal(text)) return numeric_of(*literal);
  return parse_special(text);
}

std::string Numeric::to_string() const {
  std::string text;
  append_to(text);
  return text;
}

void Numeric::append_to(std::string& text) const {
  switch (class_) {
    case Class::nan: text += "NaN"; return;
    case Class::positive_infinity: text += "Infinity"; return;
    case Class::negative_infinity: text += "-Infinity"; return;
    case Class::finite: break;
  }
  if (const auto mantissa = small(mantissa_)) {
    append_small(*mantissa, scale_, text);
    return;
  }
  append_decimal(BigInteger(boost::multiprecision::abs(mantissa_)).str(), mantissa_.sign() < 0,
                 scale_, text);
}

double Numeric::to_real() const {
  switch (class_) {
    case Class::nan: return std::numeric_limits<double>::quiet_NaN();
    case Class::positive_infinity: return std::numeric_limits<double>::infinity();
    case Class::negative_infinity: return -std::numeric_limits<double>::infinity();
    case Class::finite: break;
  }
  // Both exact in a double, so that one division rounds once.
  constexpr std::int64_t exact_max = std::int64_t{1} << 53;
  const std::optional<std::int64_t> mantissa = small(mantissa_);
  if (mantissa && *mantissa <= exact_max && *mantissa >= -exact_max && scale_ <= 15)
    return static_cast<double>(*mantissa) / static_cast<double>(powers_of_ten[scale_]);
  return real_of_text<double>(to_string());
}

float Numeric::to_real4() const {
  if (!finite()) return static_cast<float>(to_real());
  return real_of_text<float>(to_string());
}

std::optional<Value> parse_numeric(std::string_view text, std::int32_t modifier, Arena& arena) {
  Value plain;
  if (parse_plain(text, plain) && plain_fits(plain, modifier)) return plain;
  const std::optional<Numeric> number = Numeric::parse(text);
  if (!number) return std::nullopt;
  const std::optional<Numeric> fitted = number->fit(modifier);
  if (!fitted) return std::nullopt;
  return fitted->to_value(arena);
}

void append_numeric(const Value& value, std::string& text) {
  if (value.form == Value::Form::plain)
    append_small(value.integer, value.length, text);
  else
    Numeric::of_value(value).append_to(text);
}

}  // namespace deltamill
