// min and max of any ordered type: an ordered multiset of the arguments, so that the next best is
// there when the best one leaves. Among equal values of different forms (1.0, 1.00) the smallest
// form is shown.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "views/functions/aggregates/accumulator.h"
#include "views/functions/aggregates/owned_value.h"

namespace deltamill {

class OrderedArguments {
 public:
  [[nodiscard]] std::size_t memory_bytes() const;  // long texts among the arguments included

 protected:
  enum class Direction : std::int8_t { smallest_first, largest_first };

  void change(const Value& value, std::int32_t weight, const Type& type, Direction direction);
  [[nodiscard]] AccumulatorResult first(Arena& arena) const;

 private:
  // Best value first; among equal ones the smallest form.
  struct Order {
    const Type* type = nullptr;  // of the accumulator that owns the states
    Direction direction = Direction::smallest_first;
    using is_transparent = void;
    [[nodiscard]] bool before(const Value& left, const Value& right) const;
    [[nodiscard]] bool operator()(const OwnedValue& left, const OwnedValue& right) const {
      return before(left.value(), right.value());
    }
    [[nodiscard]] bool operator()(const OwnedValue& left, const Value& right) const {
      return before(left.value(), right);
    }
    [[nodiscard]] bool operator()(const Value& left, const OwnedValue& right) const {
      return before(left, right.value());
    }
  };
  struct Item {
    OwnedValue value;
    std::int64_t count = 0;
  };
  using Tree = std::map<OwnedValue, std::int64_t, Order>;

  void change_list(const Value& value, std::int32_t weight, const Order& order);
  void change_tree(const Value& value, std::int32_t weight);

  std::vector<Item> list_;      // ordered, while short
  std::unique_ptr<Tree> tree_;  // once the list grew too long
  std::size_t text_bytes_ = 0;  // of the arguments
};

class Minimum : public OrderedArguments {
 public:
  void add(const Value& value, std::int32_t weight, const StateTypes& types) {
    change(value, weight, types.argument, Direction::smallest_first);
  }
  [[nodiscard]] AccumulatorResult result(Arena& arena, const StateTypes& /*types*/) const {
    return first(arena);
  }
};

class Maximum : public OrderedArguments {
 public:
  void add(const Value& value, std::int32_t weight, const StateTypes& types) {
    change(value, weight, types.argument, Direction::largest_first);
  }
  [[nodiscard]] AccumulatorResult result(Arena& arena, const StateTypes& /*types*/) const {
    return first(arena);
  }
};

}  // namespace deltamill
