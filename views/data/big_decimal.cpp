// Counts and makes decimal digits of binary integers.
#include "views/data/big_decimal.h"

#include <limits>

namespace deltamill {

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

BigInteger rounded_quotient(const BigInteger& dividend, const BigInteger& divisor) {
  BigInteger quotient;
  BigInteger rest;
  boost::multiprecision::divide_qr(dividend, divisor, quotient, rest);
  if (2 * abs(rest) >= abs(divisor)) quotient += dividend.sign() * divisor.sign();
  return quotient;
}

std::int64_t digit_count(const BigInteger& magnitude) {
  if (magnitude == 0) return 0;
  const auto bits = static_cast<std::int64_t>(boost::multiprecision::msb(magnitude)) + 1;
  // log10(2) = 0.30103: the number of digits, or one less.
  const std::int64_t estimate = bits * 30103 / 100000;
  return magnitude >= power_of_ten(static_cast<std::uint32_t>(estimate)) ? estimate + 1 : estimate;
}

}  // namespace deltamill
