// sum and avg of float4 and float8: exact until the result, so independent of order and exact under
// retraction. PostgreSQL adds in the order in which it happens to scan, so its own last digits
// vary; ours are the nearest ones.
#pragma once

#include "views/functions/aggregates/accumulator.h"
#include "views/functions/aggregates/exact_real_sum.h"

namespace deltamill {

class FloatSum {
 public:
  void add(const Value& value, std::int32_t weight, const StateTypes& types);
  [[nodiscard]] AccumulatorResult result(Arena& arena, const StateTypes& types) const;
  [[nodiscard]] std::size_t memory_bytes() const { return sum_.memory_bytes(); }

 protected:
  // NaN or an infinity if the arguments decide so, else 0.
  [[nodiscard]] double special() const;

  ExactRealSum sum_;
  std::int64_t count_ = 0;
  std::int64_t nan_count_ = 0;
  std::int64_t positive_infinity_count_ = 0;
  std::int64_t negative_infinity_count_ = 0;
  std::int64_t negative_zero_count_ = 0;
};

class FloatAverage : public FloatSum {
 public:
  [[nodiscard]] AccumulatorResult result(Arena& arena, const StateTypes& types) const;
};

}  // namespace deltamill
