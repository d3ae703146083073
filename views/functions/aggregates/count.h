// count(*) and count(x).
#pragma once

#include "views/functions/aggregates/accumulator.h"

namespace deltamill {

// count(*): the only accumulator without an argument.
class RowCount : public Accumulator {
 public:
  void resize(std::size_t count) override { counts_.resize(count); }
  void add(const AccumulatorInput& input) override {
    for (std::size_t row = 0; row < input.groups.size(); ++row)
      counts_[input.groups[row]] += input.weights[row];
  }
  void results(std::span<const GroupNumber> groups, Arena& /*arena*/,
               std::span<AccumulatorResult> results) override {
    for (std::size_t group = 0; group < groups.size(); ++group)
      results[group] = {Value::of_integer(counts_[groups[group]]), {}};
  }
  void reset(GroupNumber group) override { counts_[group] = 0; }
  [[nodiscard]] std::size_t memory_bytes() const override {
    return counts_.capacity() * sizeof(std::int64_t);
  }

 private:
  std::vector<std::int64_t> counts_;
};

class ValueCount {
 public:
  void add(const Value& /*value*/, std::int32_t weight, const StateTypes& /*types*/) {
    count_ += weight;
  }
  [[nodiscard]] AccumulatorResult result(Arena& /*arena*/, const StateTypes& /*types*/) const {
    return {Value::of_integer(count_), {}};
  }
  [[nodiscard]] std::size_t memory_bytes() const { return 0; }

 private:
  std::int64_t count_ = 0;
};

}  // namespace deltamill
