// DISTINCT inside an aggregate: passes each value on once per group, when its count leaves or
// reaches zero. Equal values of different representations (1.0, 1.00) are one value, of which the
// smallest representation that is there is passed on.
//
//   (group, value)   representations and how often each is there      shown, that is passed on
//   (7, 1.0)         1.0: 2   1.00: 1                                  1.0
//   −1.0 twice       1.00: 1                                           −1.0  +1.00
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <optional>

#include "views/functions/aggregates/accumulator.h"
#include "views/functions/aggregates/owned_value.h"

namespace deltamill {

class DistinctArguments : public Accumulator {
 public:
  DistinctArguments(Type type, bool counts_nulls, std::unique_ptr<Accumulator> inner);

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
    [[nodiscard]] std::size_t operator()(const Entry& entry) const {
      return of(entry.group, entry.value.value());
    }
    [[nodiscard]] std::size_t operator()(const Probe& probe) const {
      return of(probe.group, *probe.value);
    }
  };
  struct Equal {
    using is_transparent = void;
    Type type;
    [[nodiscard]] bool same(const Value& left, const Value& right) const;
    [[nodiscard]] bool operator()(const Entry& left, const Entry& right) const {
      return left.group == right.group && same(left.value.value(), right.value.value());
    }
    [[nodiscard]] bool operator()(const Probe& left, const Entry& right) const {
      return left.group == right.group && same(*left.value, right.value.value());
    }
    [[nodiscard]] bool operator()(const Entry& left, const Probe& right) const {
      return (*this)(right, left);
    }
  };
  struct Representation {
    OwnedValue value;
    std::int64_t count = 0;
  };
  using Representations = std::vector<Representation>;

  void change(GroupNumber group, const Value& value, std::int32_t weight);
  [[nodiscard]] const Representation* shown(const Representations& representations) const;
  [[nodiscard]] bool identical(const Value& left, const Value& right) const;
  void pass_on(GroupNumber group, const Value& value, std::int32_t weight);

  Type type_;
  bool counts_nulls_;
  std::unique_ptr<Accumulator> inner_;
  boost::unordered_flat_map<Entry, Representations, Hash, Equal> values_;
};

}  // namespace deltamill
