// Adds floats exactly, with carries between 32-bit digits with sign, and rounds once, from the
// highest three digits and the sign of the rest. Exact sums do not depend on the order of rows and
// can take a row back; PostgreSQL's own last digits depend on its scan.
#include "views/functions/aggregates/exact_real_sum.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "views/data/wide_integer.h"

namespace deltamill {

namespace {

constexpr int lowest_exponent = -1074;
constexpr int digit_bits = 32;

int bit_length(UInt128 bits) {
  const auto high = static_cast<std::uint64_t>(bits >> 64);
  if (high != 0) return 128 - std::countl_zero(high);
  return 64 - std::countl_zero(static_cast<std::uint64_t>(bits));
}

}  // namespace

void ExactRealSum::add(double real, std::int32_t weight) {
  if (real == 0 || weight == 0) return;
  int exponent = 0;
  const double fraction = std::frexp(real, &exponent);  // real = fraction * 2^exponent
  auto mantissa = static_cast<std::int64_t>(std::ldexp(fraction, 53));
  exponent -= 53;
  // Below the lowest position the mantissa of a subnormal ends in zeros.
  if (exponent < lowest_exponent) {
    mantissa /= std::int64_t{1} << (lowest_exponent - exponent);
    exponent = lowest_exponent;
  }
  std::int32_t position = (exponent - lowest_exponent) / digit_bits;
  // 53 + 31 + 31 bits: what is left to add, in units of the digit at `position`.
  Int128 carry = Int128{mantissa} * weight;
  carry *= std::int64_t{1} << ((exponent - lowest_exponent) % digit_bits);
  auto found = std::lower_bound(
      digits_.begin(), digits_.end(), position,
      [](const Digit& digit, std::int32_t wanted) { return digit.position < wanted; });
  for (; carry != 0; ++position) {
    const bool present = found != digits_.end() && found->position == position;
    carry += present ? found->digit : 0;
    const auto digit = static_cast<std::int32_t>(static_cast<std::uint32_t>(carry));
    carry = (carry - digit) >> digit_bits;
    if (present && digit == 0) {
      found = digits_.erase(found);
    } else if (digit != 0) {
      if (!present) found = digits_.insert(found, {position, 0});
      found->digit = digit;
      ++found;
    }
  }
}

double ExactRealSum::rounded(Target target) const {
  if (digits_.empty()) return 0;
  constexpr int leading = 3;  // at least 62 bits, more than any precision asked for
  const std::int32_t top = digits_.back().position;
  Int128 sum = 0;
  std::size_t used = digits_.size();
  for (std::int32_t position = top; position > top - leading; --position) {
    sum *= std::int64_t{1} << digit_bits;
    if (used > 0 && digits_[used - 1].position == position) sum += digits_[--used].digit;
  }
  // One more bit tells on which side the rest lies.
  sum *= 2;
  if (used > 0) sum += digits_[used - 1].digit > 0 ? 1 : -1;
  const bool negative = sum < 0;
  auto magnitude = static_cast<UInt128>(negative ? -sum : sum);
  int exponent = (top - leading + 1) * digit_bits + lowest_exponent - 1;
  const int excess =
      std::max(bit_length(magnitude) - target.precision, target.exponent_min - exponent);
  if (excess > 0) {
    const UInt128 half = UInt128{1} << (excess - 1);
    const UInt128 rest = magnitude & ((half << 1) - 1);
    magnitude >>= excess;
    exponent += excess;
    if (rest > half || (rest == half && (magnitude & 1U) != 0)) ++magnitude;
  }
  const double result = std::ldexp(static_cast<double>(magnitude), exponent);
  return negative ? -result : result;
}

double ExactRealSum::to_double() const {
  return rounded({53, lowest_exponent});
}

float ExactRealSum::to_float() const {
  return static_cast<float>(rounded({24, -149}));
}

}  // namespace deltamill
