// sum and avg of numeric, exact. Kept apart per display scale, with a count each: the scale of the
// sum is the largest among the arguments that are there, and must shrink again when the last one of
// it is gone. NaN and infinities are counted beside.
#pragma once

#include <memory>
#include <vector>

#include "views/data/numeric.h"
#include "views/data/wide_integer.h"
#include "views/functions/aggregates/accumulator.h"

namespace deltamill {

class NumericSum {
 public:
  void add(const Value& value, std::int32_t weight, const StateTypes& types);
  [[nodiscard]] AccumulatorResult result(Arena& arena, const StateTypes& types) const;
  [[nodiscard]] std::size_t memory_bytes() const;

 protected:
  // Arguments of one scale whose mantissas fit 64 bits.
  struct ScaleSum {
    Int128 sum = 0;  // 2^64 arguments would be needed to overflow it
    std::int64_t count = 0;
    std::uint32_t scale = 0;
  };
  // Arguments of one scale of any size.
  struct WideSum {
    BigInteger sum;
    std::int64_t count = 0;
    std::uint32_t scale = 0;
  };
  // What nearly no group needs.
  struct Rest {
    std::vector<ScaleSum> scales;
    std::vector<WideSum> wide;
    std::int64_t nan_count = 0;
    std::int64_t positive_infinity_count = 0;
    std::int64_t negative_infinity_count = 0;
  };

  void add_to_scale(const Value& plain, std::int32_t weight);
  void add_to_rest(const Value& value, std::int32_t weight);
  void add_wide(const Numeric& numeric, std::int32_t weight);
  [[nodiscard]] Rest& rest();
  [[nodiscard]] std::int64_t count() const;
  [[nodiscard]] Numeric sum() const;
  [[nodiscard]] Numeric finite_sum() const;

  ScaleSum first_;
  std::unique_ptr<Rest> rest_;
};

class NumericAverage : public NumericSum {
 public:
  [[nodiscard]] AccumulatorResult result(Arena& arena, const StateTypes& types) const;
};

}  // namespace deltamill
