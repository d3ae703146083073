// Decimal arithmetic after PostgreSQL's numeric.c, on a binary mantissa instead of base-10000
// digits: those matter in one place only, the scale of a quotient (division_scale).
#include "views/data/numeric.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

#include "views/data/check.h"
#include "views/data/wide_integer.h"

namespace deltamill {

namespace {

constexpr std::int64_t integer_digits_max = 131072;
constexpr std::int32_t round_scale_max = 2000;     // NUMERIC_MAX_RESULT_SCALE
constexpr std::int64_t quotient_digits_min = 16;   // NUMERIC_MIN_SIG_DIGITS
constexpr std::int64_t quotient_scale_max = 1000;  // NUMERIC_MAX_DISPLAY_SCALE
constexpr std::uint32_t small_digits_max = powers_of_ten.size() - 1;

BigInteger power_of_ten(std::uint32_t exponent) {
  if (exponent <= small_digits_max) return BigInteger(powers_of_ten[exponent]);
  return boost::multiprecision::pow(BigInteger(10), exponent);
}

std::optional<std::int64_t> small(const BigInteger& integer) {
  const auto& backend = integer.backend();
  if (backend.size() != 1) return std::nullopt;
  const std::uint64_t magnitude = *backend.limbs();
  if (magnitude > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    return std::nullopt;
  const auto positive = static_cast<std::int64_t>(magnitude);
  return backend.sign() ? -positive : positive;
}

// Number of decimal digits; 0 has none.
std::int64_t digit_count(const BigInteger& magnitude) {
  if (magnitude == 0) return 0;
  const auto bits = static_cast<std::int64_t>(boost::multiprecision::msb(magnitude)) + 1;
  const std::int64_t estimate = bits * 30103 / 100000;  // digits, or one less
  return magnitude >= power_of_ten(static_cast<std::uint32_t>(estimate)) ? estimate + 1 : estimate;
}

// Quotient rounded half away from zero.
BigInteger rounded_quotient(const BigInteger& dividend, const BigInteger& divisor) {
  BigInteger quotient;
  BigInteger rest;
  boost::multiprecision::divide_qr(dividend, divisor, quotient, rest);
  if (2 * abs(rest) >= abs(divisor)) quotient += dividend.sign() * divisor.sign();
  return quotient;
}

std::int64_t floor_quotient(std::int64_t dividend, std::int64_t divisor) {
  const std::int64_t quotient = dividend / divisor;
  return dividend % divisor < 0 ? quotient - 1 : quotient;
}

// The leading base-10000 digit as numeric.c would hold it, and its place.
struct LeadingDigit {
  std::int64_t weight = 0;
  std::int64_t digit = 0;
};

LeadingDigit leading_digit(const Numeric& number) {
  if (number.is_zero()) return {};
  const BigInteger magnitude = abs(number.mantissa());
  const std::int64_t digits = digit_count(magnitude);
  const std::int64_t exponent = digits - 1 - std::int64_t{number.scale()};
  LeadingDigit leading;
  leading.weight = floor_quotient(exponent, 4);
  const std::int64_t wanted = exponent - 4 * leading.weight + 1;  // 1..4 decimal digits
  if (digits >= wanted)
    leading.digit = static_cast<std::int64_t>(
        magnitude / power_of_ten(static_cast<std::uint32_t>(digits - wanted)));
  else
    leading.digit = static_cast<std::int64_t>(magnitude) *
                    powers_of_ten[static_cast<std::size_t>(wanted - digits)];
  return leading;
}

// select_div_scale: at least 16 significant digits and no fewer fraction digits than either
// operand.
std::uint32_t division_scale(const Numeric& dividend, const Numeric& divisor) {
  const LeadingDigit above = leading_digit(dividend);
  const LeadingDigit below = leading_digit(divisor);
  std::int64_t weight = above.weight - below.weight;
  if (above.digit <= below.digit) --weight;
  const std::int64_t scale =
      std::max({quotient_digits_min - weight * 4, std::int64_t{dividend.scale()},
                std::int64_t{divisor.scale()}, std::int64_t{0}});
  return static_cast<std::uint32_t>(std::min(scale, quotient_scale_max));
}

Numeric infinity_of(int sign) {
  return Numeric::special(sign < 0 ? Numeric::Class::negative_infinity
                                   : Numeric::Class::positive_infinity);
}

Numeric not_a_number() {
  return Numeric::special(Numeric::Class::nan);
}

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

bool is_blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

bool equals_ignoring_case(std::string_view text, std::string_view lower) {
  return text.size() == lower.size() &&
         std::equal(text.begin(), text.end(), lower.begin(), [](char left, char right) {
           return (left >= 'A' && left <= 'Z' ? static_cast<char>(left + 32) : left) == right;
         });
}

std::optional<Numeric> parse_special(std::string_view text) {
  if (equals_ignoring_case(text, "nan")) return not_a_number();
  int sign = 1;
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    if (text[0] == '-') sign = -1;
    text.remove_prefix(1);
  }
  if (equals_ignoring_case(text, "infinity") || equals_ignoring_case(text, "inf"))
    return infinity_of(sign);
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
  const std::int64_t places = literal.fraction - literal.exponent;
  const std::size_t first = literal.digits.find_first_not_of('0');
  if (places > std::int64_t{numeric_scale_max}) return std::nullopt;
  const auto scale = static_cast<std::uint32_t>(std::max<std::int64_t>(places, 0));
  if (first == std::string::npos) return Numeric(0, scale);
  const std::string digits = literal.digits.substr(first);
  if (static_cast<std::int64_t>(digits.size()) - places > integer_digits_max) return std::nullopt;
  BigInteger mantissa(digits);
  if (places < 0) mantissa *= power_of_ten(static_cast<std::uint32_t>(-places));
  if (literal.negative) mantissa = -mantissa;
  return Numeric(std::move(mantissa), scale);
}

struct Precision {
  std::int32_t digits = 0;
  std::int32_t scale = 0;
};

Precision precision_of(std::int32_t modifier) {
  const std::int32_t packed = modifier - 4;
  return {packed >> 16 & 0xffff, ((packed & 0x7ff) ^ 1024) - 1024};
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
  const Precision precision = precision_of(modifier);
  if (precision.scale != static_cast<std::int32_t>(value.length)) return false;
  return precision.digits > static_cast<std::int32_t>(small_digits_max) ||
         (value.integer < powers_of_ten[static_cast<std::size_t>(precision.digits)] &&
          value.integer > -powers_of_ten[static_cast<std::size_t>(precision.digits)]);
}

std::uint32_t encoded_scale(const char* bytes) {
  return std::uint32_t{static_cast<unsigned char>(bytes[1])} << 8 |
         static_cast<unsigned char>(bytes[2]);
}

constexpr std::size_t encoded_header_bytes = 4;

void encode_header(std::uint32_t scale, bool negative, char* target) {
  target[0] = static_cast<char>(Numeric::Class::finite);
  target[1] = static_cast<char>(scale >> 8);
  target[2] = static_cast<char>(scale & 0xffU);
  target[3] = negative ? 1 : 0;
}

std::uint64_t mix(std::uint64_t bits) {
  bits ^= bits >> 32;
  bits *= 0xd6e8feb86659fd93U;
  return bits ^ bits >> 29;
}

std::uint64_t hash_small(std::int64_t mantissa, std::uint32_t scale) {
  while (scale > 0 && mantissa % 10 == 0) {
    mantissa /= 10;
    --scale;
    if (mantissa == 0) scale = 0;
  }
  return mix(mix(static_cast<std::uint64_t>(mantissa)) + scale);
}

std::uint64_t hash_large(const Numeric& number) {
  if (!number.finite())
    return mix(0x5e5e5e5eU + static_cast<std::uint64_t>(number.classification()));
  const Numeric canonical = number.trim_scale();
  if (const auto mantissa = small(canonical.mantissa()))
    return hash_small(*mantissa, canonical.scale());
  const auto& backend = canonical.mantissa().backend();
  std::uint64_t hash = mix(canonical.scale() * 2U + (backend.sign() ? 1U : 0U));
  for (unsigned limb = 0; limb < backend.size(); ++limb)
    hash = mix(hash ^ static_cast<std::uint64_t>(backend.limbs()[limb]));
  return hash;
}

}  // namespace

Numeric::Numeric(BigInteger mantissa, std::uint32_t scale)
    : mantissa_(std::move(mantissa)), scale_(scale) {}

Numeric Numeric::special(Class what) {
  Numeric number;
  number.class_ = what;
  return number;
}

Numeric Numeric::of_value(const Value& value) {
  if (value.form == Value::Form::plain) return Numeric(value.integer, value.length);
  DM_CHECK(value.form == Value::Form::bytes && value.length != 0, "not a numeric value");
  const auto what = static_cast<Class>(value.data[0]);
  if (what != Class::finite) return special(what);
  DM_CHECK(value.length >= encoded_decimal_bytes, "a numeric cut short");
  const auto* const begin = reinterpret_cast<const unsigned char*>(value.data);
  BigInteger mantissa;
  boost::multiprecision::import_bits(mantissa, begin + encoded_header_bytes, begin + value.length);
  if (value.data[3] != 0) mantissa = -mantissa;
  return Numeric(std::move(mantissa), encoded_scale(value.data));
}

Numeric Numeric::of_integer(std::int64_t integer) {
  return Numeric(integer, 0);
}

Numeric Numeric::of_real(double real, int significant_digits) {
  if (std::isnan(real)) return not_a_number();
  if (std::isinf(real)) return infinity_of(real < 0 ? -1 : 1);
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

Value Numeric::to_value(Arena& arena) const {
  if (!finite()) {
    auto* const tag = reinterpret_cast<char*>(arena.allocate(1));
    *tag = static_cast<char>(class_);
    return Value::of_bytes({tag, 1});
  }
  if (const auto mantissa = small(mantissa_)) return Value::of_decimal(*mantissa, scale_);
  const BigInteger magnitude = boost::multiprecision::abs(mantissa_);
  const std::size_t bits = boost::multiprecision::msb(magnitude) + 1;
  const std::size_t magnitude_bytes = std::max<std::size_t>((bits + 7) / 8, 8);
  const std::size_t size = encoded_header_bytes + magnitude_bytes;
  auto* const target = reinterpret_cast<char*>(arena.allocate(size));
  encode_header(scale_, mantissa_.sign() < 0, target);
  const std::size_t zeros = magnitude_bytes - (bits + 7) / 8;
  std::memset(target + encoded_header_bytes, 0, zeros);
  boost::multiprecision::export_bits(
      magnitude, reinterpret_cast<unsigned char*>(target + encoded_header_bytes + zeros), 8);
  return Value::of_bytes({target, size});
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

int Numeric::sign() const {
  switch (class_) {
    case Class::nan: return 0;
    case Class::positive_infinity: return 1;
    case Class::negative_infinity: return -1;
    case Class::finite: break;
  }
  return mantissa_.sign();
}

Numeric Numeric::round(std::int32_t scale) const {
  if (!finite()) return *this;
  scale = std::clamp(scale, -round_scale_max, round_scale_max);
  const std::int64_t dropped = std::int64_t{scale_} - scale;
  const auto shown = static_cast<std::uint32_t>(std::max(scale, 0));
  if (dropped <= 0)
    return Numeric(mantissa_ * power_of_ten(static_cast<std::uint32_t>(-dropped)), shown);
  BigInteger rounded =
      rounded_quotient(mantissa_, power_of_ten(static_cast<std::uint32_t>(dropped)));
  if (scale < 0) rounded *= power_of_ten(static_cast<std::uint32_t>(-scale));
  return Numeric(std::move(rounded), shown);
}

Numeric Numeric::truncate(std::int32_t scale) const {
  if (!finite()) return *this;
  scale = std::clamp(scale, -round_scale_max, round_scale_max);
  const std::int64_t dropped = std::int64_t{scale_} - scale;
  const auto shown = static_cast<std::uint32_t>(std::max(scale, 0));
  if (dropped <= 0)
    return Numeric(mantissa_ * power_of_ten(static_cast<std::uint32_t>(-dropped)), shown);
  BigInteger cut = mantissa_ / power_of_ten(static_cast<std::uint32_t>(dropped));
  if (scale < 0) cut *= power_of_ten(static_cast<std::uint32_t>(-scale));
  return Numeric(std::move(cut), shown);
}

Numeric Numeric::floor() const {
  Numeric cut = truncate(0);
  if (finite() && mantissa_ < 0 && compare(cut, *this) != 0) --cut.mantissa_;
  return cut;
}

Numeric Numeric::ceil() const {
  Numeric cut = truncate(0);
  if (finite() && mantissa_ > 0 && compare(cut, *this) != 0) ++cut.mantissa_;
  return cut;
}

Numeric Numeric::abs() const {
  return sign() < 0 ? negate() : *this;
}

Numeric Numeric::negate() const {
  if (is_nan()) return *this;
  if (!finite()) return infinity_of(-sign());
  return Numeric(-mantissa_, scale_);
}

Numeric Numeric::trim_scale() const {
  if (!finite() || scale_ == 0) return *this;
  if (mantissa_ == 0) return Numeric();
  Numeric trimmed = *this;
  while (trimmed.scale_ > 0 && trimmed.mantissa_ % 10 == 0) {
    trimmed.mantissa_ /= 10;
    --trimmed.scale_;
  }
  return trimmed;
}

std::optional<Numeric> Numeric::fit(std::int32_t modifier) const {
  if (modifier < 0 || is_nan()) return *this;
  if (!finite()) return std::nullopt;
  const Precision precision = precision_of(modifier);
  Numeric rounded = round(precision.scale);
  const std::int64_t digits_max = std::int64_t{precision.digits} - precision.scale + rounded.scale_;
  if (digit_count(boost::multiprecision::abs(rounded.mantissa_)) >
      std::max<std::int64_t>(digits_max, 0))
    return std::nullopt;
  return rounded;
}

std::optional<std::int64_t> Numeric::to_integer() const {
  if (!finite()) return std::nullopt;
  const BigInteger rounded = scale_ == 0 ? mantissa_ : round(0).mantissa_;
  if (rounded > std::numeric_limits<std::int64_t>::max() ||
      rounded < std::numeric_limits<std::int64_t>::min())
    return std::nullopt;
  return static_cast<std::int64_t>(rounded);
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

bool Numeric::fits_format() const {
  if (!finite() || scale_ > numeric_scale_max) return !finite();
  return digit_count(boost::multiprecision::abs(mantissa_)) - std::int64_t{scale_} <=
         integer_digits_max;
}

int Numeric::compare(const Numeric& left, const Numeric& right) {
  const auto rank = [](const Numeric& number) {
    switch (number.class_) {
      case Class::negative_infinity: return 0;
      case Class::finite: return 1;
      case Class::positive_infinity: return 2;
      case Class::nan: return 3;
    }
    return 3;
  };
  if (!left.finite() || !right.finite())
    return rank(left) < rank(right) ? -1 : static_cast<int>(rank(left) > rank(right));
  if (left.mantissa_.sign() != right.mantissa_.sign())
    return left.mantissa_.sign() < right.mantissa_.sign() ? -1 : 1;
  int order = 0;
  if (left.scale_ < right.scale_)
    order = BigInteger(left.mantissa_ * power_of_ten(right.scale_ - left.scale_))
                .compare(right.mantissa_);
  else
    order = left.mantissa_.compare(
        BigInteger(right.mantissa_ * power_of_ten(left.scale_ - right.scale_)));
  return order < 0 ? -1 : static_cast<int>(order > 0);
}

Numeric operator+(const Numeric& left, const Numeric& right) {
  if (left.is_nan() || right.is_nan()) return not_a_number();
  if (!left.finite() || !right.finite()) {
    if (left.finite()) return right;
    if (right.finite() || left.class_ == right.class_) return left;
    return not_a_number();
  }
  if (left.scale_ == right.scale_) return Numeric(left.mantissa_ + right.mantissa_, left.scale_);
  if (left.scale_ < right.scale_)
    return Numeric(left.mantissa_ * power_of_ten(right.scale_ - left.scale_) + right.mantissa_,
                   right.scale_);
  return Numeric(left.mantissa_ + right.mantissa_ * power_of_ten(left.scale_ - right.scale_),
                 left.scale_);
}

Numeric operator-(const Numeric& left, const Numeric& right) {
  return left + right.negate();
}

Numeric operator*(const Numeric& left, const Numeric& right) {
  if (left.is_nan() || right.is_nan()) return not_a_number();
  if (!left.finite() || !right.finite()) {
    const int sign = left.sign() * right.sign();
    return sign == 0 ? not_a_number() : infinity_of(sign);
  }
  Numeric product(left.mantissa_ * right.mantissa_, left.scale_ + right.scale_);
  if (product.scale_ <= numeric_scale_max) return product;
  const BigInteger dropped = power_of_ten(product.scale_ - numeric_scale_max);
  return Numeric(rounded_quotient(product.mantissa_, dropped), numeric_scale_max);
}

std::optional<Numeric> Numeric::divide(const Numeric& left, const Numeric& right) {
  if (left.is_nan() || right.is_nan()) return not_a_number();
  if (right.is_zero()) return std::nullopt;
  if (!left.finite())
    return right.finite() ? infinity_of(left.sign() * right.sign()) : not_a_number();
  if (!right.finite()) return Numeric();
  const std::uint32_t scale = division_scale(left, right);
  const std::int64_t shift =
      std::int64_t{scale} - std::int64_t{left.scale_} + std::int64_t{right.scale_};
  const BigInteger power = power_of_ten(static_cast<std::uint32_t>(std::abs(shift)));
  return shift >= 0 ? Numeric(rounded_quotient(left.mantissa_ * power, right.mantissa_), scale)
                    : Numeric(rounded_quotient(left.mantissa_, right.mantissa_ * power), scale);
}

std::optional<Numeric> Numeric::modulo(const Numeric& left, const Numeric& right) {
  if (left.is_nan() || right.is_nan()) return not_a_number();
  if (right.is_zero()) return std::nullopt;
  if (!left.finite()) return not_a_number();
  if (!right.finite()) return left;
  const std::uint32_t scale = std::max(left.scale_, right.scale_);
  const BigInteger dividend = left.mantissa_ * power_of_ten(scale - left.scale_);
  const BigInteger divisor = right.mantissa_ * power_of_ten(scale - right.scale_);
  return Numeric(dividend % divisor, scale);
}

std::optional<Numeric> Numeric::div_truncating(const Numeric& left, const Numeric& right) {
  if (left.is_nan() || right.is_nan()) return not_a_number();
  if (right.is_zero()) return std::nullopt;
  if (!left.finite())
    return right.finite() ? infinity_of(left.sign() * right.sign()) : not_a_number();
  if (!right.finite()) return Numeric();
  const std::uint32_t scale = std::max(left.scale_, right.scale_);
  const BigInteger dividend = left.mantissa_ * power_of_ten(scale - left.scale_);
  const BigInteger divisor = right.mantissa_ * power_of_ten(scale - right.scale_);
  return Numeric(dividend / divisor, 0);
}

void encode_decimal(std::int64_t mantissa, std::uint32_t scale, char* target) {
  const bool negative = mantissa < 0;
  const std::uint64_t magnitude =
      negative ? 0 - static_cast<std::uint64_t>(mantissa) : static_cast<std::uint64_t>(mantissa);
  encode_header(scale, negative, target);
  for (std::size_t byte = 0; byte < 8; ++byte)
    target[encoded_header_bytes + byte] = static_cast<char>(magnitude >> (56 - 8 * byte) & 0xffU);
}

bool decode_plain(const Value& value, Value& plain) {
  if (value.length != encoded_decimal_bytes) return false;
  std::uint64_t magnitude = 0;
  for (std::size_t byte = 0; byte < 8; ++byte)
    magnitude =
        magnitude << 8 | static_cast<unsigned char>(value.data[encoded_header_bytes + byte]);
  if (magnitude >> 63 != 0) return false;
  const auto positive = static_cast<std::int64_t>(magnitude);
  plain = Value::of_decimal(value.data[3] != 0 ? -positive : positive, encoded_scale(value.data));
  return true;
}

Value add_numerics_slow(const Value& left, const Value& right, Arena& arena) {
  Value a, b, sum;
  if (to_plain(left, a) && to_plain(right, b) && add_plain(a, b, sum)) return sum;
  return (Numeric::of_value(left) + Numeric::of_value(right)).to_value(arena);
}

Value subtract_numerics_slow(const Value& left, const Value& right, Arena& arena) {
  Value a, b, difference;
  if (to_plain(left, a) && to_plain(right, b) && subtract_plain(a, b, difference))
    return difference;
  return (Numeric::of_value(left) - Numeric::of_value(right)).to_value(arena);
}

Value multiply_numerics_slow(const Value& left, const Value& right, Arena& arena) {
  Value a, b, product;
  if (to_plain(left, a) && to_plain(right, b) && multiply_plain(a, b, product)) return product;
  return (Numeric::of_value(left) * Numeric::of_value(right)).to_value(arena);
}

int compare_numerics_slow(const Value& left, const Value& right) {
  Value a, b;
  if (to_plain(left, a) && to_plain(right, b) && align_plain(a, b))
    return a.integer < b.integer ? -1 : static_cast<int>(a.integer > b.integer);
  return Numeric::compare(Numeric::of_value(left), Numeric::of_value(right));
}

std::uint64_t hash_numeric(const Value& value) {
  Value plain;
  if (to_plain(value, plain) && plain.integer != std::numeric_limits<std::int64_t>::min())
    return hash_small(plain.integer, plain.length);
  return hash_large(Numeric::of_value(value));
}

std::uint32_t numeric_scale(const Value& value) {
  if (value.form == Value::Form::plain) return value.length;
  return value.length < encoded_decimal_bytes ? 0 : encoded_scale(value.data);
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
