// Decimal digits of the big integers that mantissas of numerics are.
#pragma once

#include <array>
#include <boost/multiprecision/cpp_int.hpp>
#include <cstdint>
#include <optional>

namespace deltamill {

using BigInteger = boost::multiprecision::cpp_int;

// 10^0 .. 10^18: what fits 64 bits.
inline constexpr std::array<std::int64_t, 19> powers_of_ten = [] {
  std::array<std::int64_t, 19> powers{1};
  for (std::size_t exponent = 1; exponent < powers.size(); ++exponent)
    powers[exponent] = powers[exponent - 1] * 10;
  return powers;
}();

// Digits that always fit the 64 bits of a plain mantissa.
inline constexpr std::uint32_t small_digits_max = powers_of_ten.size() - 1;

// PostgreSQL's limit of digits before the point.
inline constexpr std::int64_t whole_digits_max = 131072;

// 10^exponent.
[[nodiscard]] BigInteger power_of_ten(std::uint32_t exponent);

// The integer if its magnitude is below 2^63.
[[nodiscard]] std::optional<std::int64_t> small(const BigInteger& integer);

// The quotient rounded half away from zero, as numeric.c rounds.
[[nodiscard]] BigInteger rounded_quotient(const BigInteger& dividend, const BigInteger& divisor);

// Number of decimal digits; 0 has none. REQUIRES: not negative.
[[nodiscard]] std::int64_t digit_count(const BigInteger& magnitude);

}  // namespace deltamill
