// Prints and reads floats. std::to_chars gives the shortest digits that read back; PostgreSQL (Ryū
// without acceptBounds), independent of how a reader rounds ties, also excludes a decimal exactly
// midway between two floats (1e23 prints as 9.999999999999999e+22).
#include "views/data/real_text.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>

#include "views/data/ascii.h"
#include "views/data/wide_integer.h"

namespace deltamill {

namespace {

// digits * 10^exponent, no trailing zero.
struct Decimal {
  std::uint64_t digits = 0;
  int exponent = 0;
  int digit_count = 0;
};

// 15 and 6, as printf
template <typename Real>
constexpr int fixed_exponent_max = std::numeric_limits<Real>::digits10;

// Reads what to_chars wrote in scientific notation: d[.ddd]e[+-]dd.
Decimal read_scientific(const char* begin, const char* end) {
  Decimal decimal;
  const char* at = begin;
  int fraction = 0;
  bool point = false;
  for (; at != end && *at != 'e'; ++at) {
    if (*at == '.') {
      point = true;
      continue;
    }
    decimal.digits = decimal.digits * 10 + static_cast<std::uint64_t>(*at - '0');
    ++decimal.digit_count;
    if (point) ++fraction;
  }
  int exponent = 0;
  ++at;
  if (at != end && *at == '+') ++at;
  std::from_chars(at, end, exponent);
  decimal.exponent = exponent - fraction;
  while (decimal.digits != 0 && decimal.digits % 10 == 0) {
    decimal.digits /= 10;
    ++decimal.exponent;
    --decimal.digit_count;
  }
  return decimal;
}

template <typename Real>
Decimal rounded_decimal(Real magnitude, int digits) {
  char text[64];
  const auto end =
      std::to_chars(text, text + sizeof text, magnitude, std::chars_format::scientific, digits - 1)
          .ptr;
  return read_scientific(text, end);
}

// Odd integer times a power of two.
struct Binary {
  UInt128 odd = 0;
  int exponent = 0;

  [[nodiscard]] bool operator==(const Binary&) const = default;
};

Binary normalised(UInt128 integer, int exponent) {
  while (integer != 0 && (integer & 1U) == 0) {
    integer >>= 1;
    ++exponent;
  }
  return {integer, exponent};
}

// Is the decimal exactly midway between `magnitude` and a neighbour? Beyond these exponents the odd
// part of a decimal of 17 digits is longer than a midpoint's, or a midpoint's digits are more
// than 17.
template <typename Real>
bool on_midpoint(const Decimal& decimal, Real magnitude) {
  constexpr int power_max = 23;
  constexpr int power_min = -3;
  if (decimal.exponent > power_max || decimal.exponent < power_min) return false;
  int exponent = 0;
  const Real fraction = std::frexp(magnitude, &exponent);
  const auto mantissa =
      static_cast<std::uint64_t>(std::ldexp(fraction, std::numeric_limits<Real>::digits));
  exponent -= std::numeric_limits<Real>::digits;
  UInt128 five = 1;
  for (int power = 0; power < std::abs(decimal.exponent); ++power) five *= 5;
  // Both sides times 10^-exponent when that is negative.
  const bool negative = decimal.exponent < 0;
  const Binary value = negative ? normalised(decimal.digits, 0)
                                : normalised(UInt128{decimal.digits} * five, decimal.exponent);
  const auto midpoint = [&](UInt128 integer, int power) {
    return negative ? normalised(integer * five, power - decimal.exponent)
                    : normalised(integer, power);
  };
  const UInt128 doubled = UInt128{mantissa} * 2;
  if (value == midpoint(doubled + 1, exponent - 1) || value == midpoint(doubled - 1, exponent - 1))
    return true;
  const bool lowest_of_binade = mantissa == std::uint64_t{1}
                                                << (std::numeric_limits<Real>::digits - 1);
  return lowest_of_binade && value == midpoint(doubled * 2 - 1, exponent - 2);
}

template <typename Real>
bool reads_back(const Decimal& decimal, Real magnitude) {
  char text[64];
  char* end = std::to_chars(text, text + 32, decimal.digits).ptr;
  *end++ = 'e';
  end = std::to_chars(end, text + sizeof text, decimal.exponent).ptr;
  Real real = 0;
  std::from_chars(text, end, real);
  return real == magnitude;
}

// Shortest first, the closest of a length: the first decimal strictly inside the rounding interval.
template <typename Real>
Decimal shortest_inside(Real magnitude, int digits_min) {
  for (int digits = digits_min; digits <= std::numeric_limits<Real>::max_digits10; ++digits) {
    const Decimal nearest = rounded_decimal(magnitude, digits);
    for (const int step : {0, 1, -1}) {
      Decimal candidate = nearest;
      candidate.digits += static_cast<std::uint64_t>(step);
      if (reads_back(candidate, magnitude) && !on_midpoint(candidate, magnitude)) return candidate;
    }
  }
  return rounded_decimal(magnitude, std::numeric_limits<Real>::max_digits10);
}

template <typename Real>
Decimal shortest_decimal(Real magnitude) {
  char text[64];
  const auto end =
      std::to_chars(text, text + sizeof text, magnitude, std::chars_format::scientific).ptr;
  const Decimal decimal = read_scientific(text, end);
  if (!on_midpoint(decimal, magnitude)) return decimal;
  return shortest_inside(magnitude, decimal.digit_count);
}

void append_fixed(std::string_view digits, int exponent, std::string& text) {
  const int point = static_cast<int>(digits.size()) + exponent;  // digits before the point
  if (point <= 0) {
    text += "0.";
    text.append(static_cast<std::size_t>(-point), '0');
    text += digits;
  } else if (exponent >= 0) {
    text += digits;
    text.append(static_cast<std::size_t>(exponent), '0');
  } else {
    text += digits.substr(0, static_cast<std::size_t>(point));
    text += '.';
    text += digits.substr(static_cast<std::size_t>(point));
  }
}

void append_scientific(std::string_view digits, int shown_exponent, std::string& text) {
  text += digits[0];
  if (digits.size() > 1) {
    text += '.';
    text += digits.substr(1);
  }
  text += shown_exponent < 0 ? "e-" : "e+";
  const int magnitude = std::abs(shown_exponent);
  if (magnitude < 10) text += '0';
  text += std::to_string(magnitude);
}

template <typename Real>
void append_real(Real real, std::string& text) {
  if (std::isnan(real)) {
    text += "NaN";
    return;
  }
  if (std::signbit(real)) text += '-';
  if (std::isinf(real)) {
    text += "Infinity";
    return;
  }
  if (real == 0) {
    text += '0';
    return;
  }
  const Decimal decimal = shortest_decimal(std::abs(real));
  char buffer[32];
  const char* const end = std::to_chars(buffer, buffer + sizeof buffer, decimal.digits).ptr;
  const std::string_view digits(buffer, static_cast<std::size_t>(end - buffer));
  const int shown_exponent = decimal.exponent + static_cast<int>(digits.size()) - 1;
  // As double_to_shortest_decimal_buf(): like printf's %g, but for the digits.
  if (shown_exponent >= -4 && shown_exponent < fixed_exponent_max<Real>)
    append_fixed(digits, decimal.exponent, text);
  else
    append_scientific(digits, shown_exponent, text);
}

bool has_nonzero_digit(std::string_view text) {
  const std::size_t exponent = text.find_first_of("eE");
  return text.substr(0, exponent).find_first_of("123456789") != std::string_view::npos;
}

// A number in digits, or a word: from_chars reads both. What it does not: "+", and "inf" spelt
// "infinity" halfway.
template <typename Real>
std::optional<Real> parse_real(std::string_view text) {
  text = without_blanks(text);
  if (!text.empty() && text[0] == '+') {
    text.remove_prefix(1);
    if (!text.empty() && text[0] == '-') return std::nullopt;
  }
  if (text.empty()) return std::nullopt;
  Real real = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), real);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (std::isnan(real))
    return text.ends_with(')') ? std::nullopt
                               : std::optional<Real>(std::numeric_limits<Real>::quiet_NaN());
  const bool word = text.find_first_of("0123456789") == std::string_view::npos;
  // Too large or too small is an error in PostgreSQL, not an infinity or a zero.
  if (std::isinf(real) && !word) return std::nullopt;
  if (real == 0 && has_nonzero_digit(text)) return std::nullopt;
  return real;
}

}  // namespace

void append_float8(double real, std::string& text) {
  append_real(real, text);
}

void append_float4(float real, std::string& text) {
  append_real(real, text);
}

std::optional<double> parse_float8(std::string_view text) {
  return parse_real<double>(text);
}

std::optional<float> parse_float4(std::string_view text) {
  return parse_real<float>(text);
}

}  // namespace deltamill
