// sum and avg of integers, exact in 128 bits: sum(int2, int4) is a bigint, sum(int8) and every avg
// a numeric.
#pragma once

#include "views/data/wide_integer.h"
#include "views/functions/aggregates/accumulator.h"

namespace deltamill {

class IntegerSum {
 public:
  void add(const Value& value, std::int32_t weight, const StateTypes& /*types*/) {
    sum_ += Int128{value.integer} * weight;
    count_ += weight;
  }
  [[nodiscard]] AccumulatorResult result(Arena& arena, const StateTypes& types) const;
  [[nodiscard]] std::size_t memory_bytes() const { return 0; }

 protected:
  Int128 sum_ = 0;
  std::int64_t count_ = 0;
};

class IntegerAverage : public IntegerSum {
 public:
  [[nodiscard]] AccumulatorResult result(Arena& arena, const StateTypes& types) const;
};

}  // namespace deltamill
