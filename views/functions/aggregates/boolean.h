// bool_and and bool_or: how often true and false are there.
#pragma once

#include "views/functions/aggregates/accumulator.h"

namespace deltamill {

class BooleanCounts {
 public:
  void add(const Value& value, std::int32_t weight, const StateTypes& /*types*/) {
    (value.boolean() ? true_count_ : false_count_) += weight;
  }
  [[nodiscard]] std::size_t memory_bytes() const { return 0; }

 protected:
  [[nodiscard]] bool empty() const { return true_count_ == 0 && false_count_ == 0; }

  std::int64_t true_count_ = 0;
  std::int64_t false_count_ = 0;
};

class BooleanAnd : public BooleanCounts {
 public:
  [[nodiscard]] AccumulatorResult result(Arena& /*arena*/, const StateTypes& /*types*/) const {
    if (empty()) return {};
    return {Value::of_boolean(false_count_ == 0), {}};
  }
};

class BooleanOr : public BooleanCounts {
 public:
  [[nodiscard]] AccumulatorResult result(Arena& /*arena*/, const StateTypes& /*types*/) const {
    if (empty()) return {};
    return {Value::of_boolean(true_count_ != 0), {}};
  }
};

}  // namespace deltamill
