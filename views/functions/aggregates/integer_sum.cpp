// Gives the results of integer sums, in plain form as long as they fit.
#include "views/functions/aggregates/integer_sum.h"

#include <limits>

#include "views/data/numeric.h"
#include "views/functions/aggregates/big_integer.h"

namespace deltamill {

namespace {

bool fits(Int128 sum) {
  return sum >= std::numeric_limits<std::int64_t>::min() &&
         sum <= std::numeric_limits<std::int64_t>::max();
}

}  // namespace

AccumulatorResult IntegerSum::result(Arena& arena, const StateTypes& types) const {
  if (count_ == 0) return {};
  if (types.result.kind == TypeKind::numeric) {
    if (fits(sum_)) return {Value::of_decimal(static_cast<std::int64_t>(sum_), 0), {}};
    return {Numeric(big_integer_of(sum_), 0).to_value(arena), {}};
  }
  if (!fits(sum_)) return {{}, "bigint out of range"};
  return {Value::of_integer(static_cast<std::int64_t>(sum_)), {}};
}

AccumulatorResult IntegerAverage::result(Arena& arena, const StateTypes& /*types*/) const {
  if (count_ == 0) return {};
  const Numeric sum(big_integer_of(sum_), 0);
  const Numeric count = Numeric::of_integer(count_);  // not 0, so there is a quotient
  return {Numeric::divide(sum, count).value_or(Numeric()).to_value(arena), {}};
}

}  // namespace deltamill
