// 128 bits as a BigInteger.
#pragma once

#include "views/data/numeric.h"
#include "views/data/wide_integer.h"

namespace deltamill {

[[nodiscard]] inline BigInteger big_integer_of(Int128 integer) {
  const bool negative = integer < 0;
  const UInt128 magnitude =
      negative ? UInt128{0} - static_cast<UInt128>(integer) : static_cast<UInt128>(integer);
  BigInteger result = static_cast<std::uint64_t>(magnitude >> 64);
  result <<= 64;
  result += static_cast<std::uint64_t>(magnitude);
  return negative ? BigInteger(-result) : result;
}

}  // namespace deltamill
