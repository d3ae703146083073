// DISTINCT inside an aggregate: passes each value on once per group, when its count leaves or
// reaches zero. Equal values of different forms (1.0, 1.00) are one value, of which the smallest
// form that is there is passed on.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>

#include "views/dataflow/aggregates/accumulator.h"
#include "views/dataflow/aggregates/owned_value.h"

namespace deltamill {

class DistinctArguments : public Accumulator {
 public:
  DistinctArguments(Type type, std::unique_ptr<Accumulator> inner);

  void resize(std::size_t count) override { inner_->resize(count); }
  void add(const AccumulatorInput& input) override;
  void results(std::span<const GroupNumber> groups, Arena& arena,
               std::span<AccumulatorResult> results) override {
    inner_->results(groups, arena, results);
  }
  // The values of a group that is gone have left with its rows.
  void reset(GroupNumber group) override { inner_->reset(group); }
  [[nodiscard]] std::size_t memory_bytes() const override;

 private:
  struct Probe {
    GroupNumber group = 0;
    const Value* value = nullptr;
  };
  struct Entry {
    GroupNumber group = 0;
    OwnedValue value;
  };
  struct Hash {
    using is_transparent = void;
    using is_avalanching = void;
    Type type;
    [[nodiscard]] std::size_t of(GroupNumber group, const Value& value) const;
    [[nodiscard]] std::size_t operator()(const Entry& one) const {
      return of(one.group, one.value.value());
    }
    [[nodiscard]] std::size_t operator()(const Probe& one) const {
      return of(one.group, *one.value);
    }
  };
  struct Equal {
    using is_transparent = void;
    Type type;
    [[nodiscard]] bool operator()(const Entry& left, const Entry& right) const {
      return left.group == right.group &&
             compare_values(type, left.value.value(), right.value.value()) == 0;
    }
    [[nodiscard]] bool operator()(const Probe& left, const Entry& right) const {
      return left.group == right.group &&
             compare_values(type, *left.value, right.value.value()) == 0;
    }
    [[nodiscard]] bool operator()(const Entry& left, const Probe& right) const {
      return (*this)(right, left);
    }
  };
  struct Form {
    OwnedValue value;
    std::int64_t count = 0;
  };
  using Forms = std::vector<Form>;

  void change(GroupNumber group, const Value& value, std::int32_t weight);
  [[nodiscard]] const Form* shown(const Forms& forms) const;
  void pass_on(GroupNumber group, const Value& value, std::int32_t weight);

  Type type_;
  std::unique_ptr<Accumulator> inner_;
  boost::unordered_flat_map<Entry, Forms, Hash, Equal> values_;
};

}  // namespace deltamill
