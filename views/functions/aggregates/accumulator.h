// The contract of an aggregate function's state: one per group, rows added and taken back in any
// order, the result a function of the multiset of arguments alone.
//
//                add(1, +1)   add(2, +1)   add(1, −1)
//   sum   NULL ────────────> 1 ─────────> 3 ─────────> 2
//   max   NULL ────────────> 1 ─────────> 2 ─────────> 2
//
// NULL arguments do not count, unless the function's row in the table says so. Rows of weight 0 are
// left out: those that FILTER holds back, and rows in error. Within a batch a row may be taken back
// before it is added: states allow it, results are only asked for in between.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "views/data/arena.h"
#include "views/data/value.h"

namespace deltamill {

using GroupNumber = std::uint32_t;

// Types of one call of an aggregate.
struct AggregateTypes {
  std::vector<Type> arguments;
  Type result;
};

// Some rows of one batch: the arguments, the group and the weight of each.
struct AccumulatorInput {
  std::span<const std::span<const Value>> arguments;  // one column each; none for count(*)
  std::span<const GroupNumber> groups;
  std::span<const std::int32_t> weights;
};

// A result, or PostgreSQL's message why there is none.
struct AccumulatorResult {
  Value value;
  std::string_view error;  // static; empty = none
};

class Accumulator {
 public:
  virtual ~Accumulator() = default;
  // Groups 0 .. count - 1 exist; new ones are empty.
  virtual void resize(std::size_t count) = 0;
  virtual void add(const AccumulatorInput& input) = 0;
  // One result per group, with bytes in the arena.
  virtual void results(std::span<const GroupNumber> groups, Arena& arena,
                       std::span<AccumulatorResult> results) = 0;
  // The group is gone; its number may be used again.
  virtual void reset(GroupNumber group) = 0;
  [[nodiscard]] virtual std::size_t memory_bytes() const = 0;
};

// An accumulator of one argument, made of one State per group:
//   void add(const Value& value, std::int32_t weight, const StateTypes& types)
//   AccumulatorResult result(Arena& arena, const StateTypes& types) const
//   std::size_t memory_bytes() const      beyond sizeof(State), in constant time
struct StateTypes {
  Type argument;
  Type result;
};

template <typename State>
class StateAccumulator : public Accumulator {
 public:
  // REQUIRES: one argument.
  StateAccumulator(const AggregateTypes& types, bool counts_nulls)
      : types_{types.arguments.front(), types.result}, counts_nulls_(counts_nulls) {}

  void resize(std::size_t count) override { states_.resize(count); }
  void add(const AccumulatorInput& input) override {
    const std::span<const Value> values = input.arguments.front();
    for (std::size_t row = 0; row < input.groups.size(); ++row) {
      if (input.weights[row] == 0 || (values[row].is_null() && !counts_nulls_)) continue;
      State& state = states_[input.groups[row]];
      further_bytes_ -= state.memory_bytes();
      state.add(values[row], input.weights[row], types_);
      further_bytes_ += state.memory_bytes();
    }
  }
  void results(std::span<const GroupNumber> groups, Arena& arena,
               std::span<AccumulatorResult> results) override {
    for (std::size_t group = 0; group < groups.size(); ++group)
      results[group] = states_[groups[group]].result(arena, types_);
  }
  void reset(GroupNumber group) override {
    further_bytes_ -= states_[group].memory_bytes();
    states_[group] = State();
  }
  [[nodiscard]] std::size_t memory_bytes() const override {
    return states_.capacity() * sizeof(State) + further_bytes_;
  }

 private:
  StateTypes types_;
  bool counts_nulls_;
  std::vector<State> states_;
  std::size_t further_bytes_ = 0;  // that the states hold elsewhere
};

}  // namespace deltamill
