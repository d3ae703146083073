// sum and avg of interval: months, days and microseconds are added apart.
#pragma once

#include "views/data/wide_integer.h"
#include "views/functions/aggregates/accumulator.h"

namespace deltamill {

class IntervalSum {
 public:
  void add(const Value& value, std::int32_t weight, const StateTypes& types);
  [[nodiscard]] AccumulatorResult result(Arena& arena, const StateTypes& types) const;
  [[nodiscard]] std::size_t memory_bytes() const { return 0; }

 protected:
  Int128 microseconds_ = 0;
  std::int64_t days_ = 0;
  std::int64_t months_ = 0;
  std::int64_t count_ = 0;
};

class IntervalAverage : public IntervalSum {
 public:
  [[nodiscard]] AccumulatorResult result(Arena& arena, const StateTypes& types) const;
};

}  // namespace deltamill
