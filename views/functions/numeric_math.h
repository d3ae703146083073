// What the files of numeric functions share.
#pragma once

#include "views/data/numeric.h"
#include "views/functions/function.h"

namespace deltamill {

// A result as a value, or PostgreSQL's error for one with too many digits.
[[nodiscard]] inline Value numeric_result(const Numeric& numeric, CallContext& context) {
  if (!numeric.fits_format()) return context.fail("value overflows numeric format");
  return numeric.to_value(context.arena);
}

// Exponent of the leading decimal digit: 0 for 1..9, -2 for 0.01; 0 for zero. REQUIRES: finite.
[[nodiscard]] std::int64_t decimal_exponent(const Numeric& numeric);

// numeric.c counts in digits of base 10000: the exponent of the leading one. REQUIRES: finite.
[[nodiscard]] std::int64_t wide_exponent(const Numeric& numeric);

// The scale of a result with at least 16 significant digits, of which `exponent` + 1 stand before
// the point.
[[nodiscard]] std::int64_t result_scale(std::int64_t exponent, std::int64_t scale_min);

// exp, ln, log, power: part of numeric_functions().
[[nodiscard]] std::vector<Function> numeric_power_functions();

}  // namespace deltamill
