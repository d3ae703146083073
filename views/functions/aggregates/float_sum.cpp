// Sums floats: what is not a finite number is counted, since an infinity could not be taken back
// from a sum; the rest is summed exactly.
#include "views/functions/aggregates/float_sum.h"

#include <cmath>
#include <limits>

namespace deltamill {

namespace {

constexpr std::string_view overflow = "value out of range: overflow";

}  // namespace

void FloatSum::add(const Value& value, std::int32_t weight, const StateTypes& /*types*/) {
  count_ += weight;
  if (std::isnan(value.real))
    nan_count_ += weight;
  else if (std::isinf(value.real))
    (value.real > 0 ? positive_infinity_count_ : negative_infinity_count_) += weight;
  else if (value.real == 0 && std::signbit(value.real))
    negative_zero_count_ += weight;
  else
    sum_.add(value.real, weight);
}

double FloatSum::special() const {
  const bool positive = positive_infinity_count_ != 0;
  const bool negative = negative_infinity_count_ != 0;
  if (nan_count_ != 0 || (positive && negative)) return std::numeric_limits<double>::quiet_NaN();
  if (positive) return std::numeric_limits<double>::infinity();
  return negative ? -std::numeric_limits<double>::infinity() : 0.0;
}

AccumulatorResult FloatSum::result(Arena& /*arena*/, const StateTypes& types) const {
  if (count_ == 0) return {};
  if (const double decided = special(); decided != 0) return {Value::of_real(decided), {}};
  // Only negative zeros add up to a negative zero.
  if (negative_zero_count_ == count_) return {Value::of_real(-0.0), {}};
  const double sum = types.result.kind == TypeKind::float4 ? static_cast<double>(sum_.to_float())
                                                           : sum_.to_double();
  if (std::isinf(sum)) return {{}, overflow};
  return {Value::of_real(sum), {}};
}

AccumulatorResult FloatAverage::result(Arena& /*arena*/, const StateTypes& /*types*/) const {
  if (count_ == 0) return {};
  if (const double decided = special(); decided != 0) return {Value::of_real(decided), {}};
  const double sum = sum_.to_double();
  if (std::isinf(sum)) return {{}, overflow};
  return {Value::of_real(sum / static_cast<double>(count_)), {}};
}

}  // namespace deltamill
