// The contract of an aggregate function: one state per group, rows added and taken back in any
// order, the result a function of the multiset of arguments alone. NULL arguments do not count
// (FILTER is compiled into the argument). Within a batch a row may be taken back before it is
// added: states allow it, results are only asked for in between.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "views/data/arena.h"
#include "views/plan/plan.h"

namespace deltamill {

using GroupNumber = std::uint32_t;

// Some rows of one batch: the argument, the group and the weight of each.
struct AccumulatorInput {
  std::span<const Value> values;  // empty for count(*)
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

[[nodiscard]] std::unique_ptr<Accumulator> make_accumulator(const AggregateCall& call);

// An accumulator made of one State per group:
//   void add(const Value& value, std::int32_t weight, const StateTypes& types)      value not NULL
//   AccumulatorResult result(Arena& arena, const StateTypes& types) const
//   std::size_t memory_bytes() const      beyond sizeof(State), in constant time
struct StateTypes {
  Type argument;
  Type result;
};

template <typename State>
class StateAccumulator : public Accumulator {
 public:
  explicit StateAccumulator(const AggregateCall& call) : types_{call.argument->type, call.type} {}

  void resize(std::size_t count) override { states_.resize(count); }
  void add(const AccumulatorInput& input) override {
    for (std::size_t row = 0; row < input.groups.size(); ++row) {
      if (input.weights[row] == 0 || input.values[row].is_null()) continue;
      State& state = states_[input.groups[row]];
      further_bytes_ -= state.memory_bytes();
      state.add(input.values[row], input.weights[row], types_);
      further_bytes_ += state.memory_bytes();
    }
  }
  void results(std::span<const GroupNumber> groups, Arena& arena,
               std::span<AccumulatorResult> results) override {
    for (std::size_t one = 0; one < groups.size(); ++one)
      results[one] = states_[groups[one]].result(arena, types_);
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
  std::vector<State> states_;
  std::size_t further_bytes_ = 0;  // that the states hold elsewhere
};

}  // namespace deltamill
