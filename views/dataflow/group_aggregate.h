// GROUP BY with its aggregates, and DISTINCT (all columns as keys, no aggregates). One record per
// group: how many rows it has, one state per aggregate, the row last emitted.
//
//   Δ(group)                              for each group with changed rows
//   −emitted row  +new row                the new row is another one
//   nothing                               it is the same
//   −emitted row                          no row of the group is left, or its result is an error
//   without GROUP BY                      the one group always has a row, also without input
//
// Rows reach the states as they come, before the group's record is read: states are sums, so order
// is no matter. Keys are equal by value; of several representations of one key (1.0, 1.00) the
// smallest that is there is shown. An aggregate without a result (overflow) makes its group a row
// in error.
#pragma once

#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "views/dataflow/collection.h"
#include "views/plan/plan.h"

namespace deltamill {

class GroupAggregate : public FedOperator {
 public:
  struct Call {
    const AggregateFunction* function = nullptr;
    AggregateTypes types;
    bool distinct = false;
    std::vector<std::size_t> arguments;  // input columns
    // Input column of FILTER: the call leaves out the rows where it is not true.
    std::optional<std::size_t> filter;
  };
  struct Query {
    std::size_t key_count = 0;  // input columns 0 .. key_count - 1 are the keys
    std::vector<Call> calls;
    bool always_one_row = false;  // an aggregate without GROUP BY
    Aggregate described;          // what explain shows; its input names the columns
  };

  // The collection's columns are the keys, then one per call; its unique key is the keys.
  GroupAggregate(Query query, Collection& collection, BatchState& batch, RowStore& store);

  void receive(const ValueChunk& chunk) override;
  void finish(Delta& delta, std::vector<std::uint64_t>& hashes) override;
  [[nodiscard]] std::size_t size() const override { return index_.size(); }
  [[nodiscard]] std::size_t memory_bytes() const override;

  [[nodiscard]] Description describe() const override;

 private:
  struct Group {
    RowHandle row = 0;        // as emitted; before that the keys and NULLs
    std::int64_t weight = 0;  // rows of the group
    bool emitted = false;
    bool dirty = false;
    bool several_representations = false;  // the rows show the key in more than one representation
  };
  // One representation of a group's key.
  struct KeyRepresentation {
    std::unique_ptr<std::uint64_t[]> row;  // the keys, packed
    std::int64_t count = 0;
    [[nodiscard]] RowBytes bytes() const { return reinterpret_cast<RowBytes>(row.get()); }
  };
  struct GroupError {
    std::string message;
    std::string key;
  };

  [[nodiscard]] RowBytes row_of(const Group& group) const { return store_.block(group.row); }
  void add_to(std::size_t call, const ValueChunk& chunk);
  [[nodiscard]] std::span<const std::int32_t> weights_of(const Call& call, const ValueChunk& chunk);
  void hash_keys(const ValueChunk& chunk);
  void assign_groups(const ValueChunk& chunk);
  [[nodiscard]] bool has_key(const Group& group, const ValueChunk& chunk, std::size_t row) const;
  [[nodiscard]] GroupNumber find_group(const ValueChunk& chunk, std::size_t row);
  [[nodiscard]] GroupNumber add_group(std::uint64_t hash);
  void store_row(Group& group, RowBytes row);

  void count_representation(GroupNumber number, const ValueChunk& chunk, std::size_t row);
  [[nodiscard]] KeyRepresentation make_representation(RowBytes key, std::int64_t count) const;
  void choose_representation(GroupNumber number);

  void emit_block(std::span<const GroupNumber> groups, Delta& delta);
  void emit(GroupNumber number, std::size_t position, Delta& delta);
  void retract(Group& group, Delta& delta);
  void remove(GroupNumber number);
  void set_error(GroupNumber number, std::string_view message);

  Query query_;
  Collection& collection_;
  BatchState& batch_;
  RowStore& store_;
  Key key_;  // over the collection's columns
  RowLayout key_layout_;
  // Some key type has equal values of different representations.
  bool representations_differ_ = false;
  std::vector<std::unique_ptr<Accumulator>> accumulators_;
  HashIndex index_;  // hash of the key -> group number + 1
  std::vector<Group> groups_;
  std::vector<GroupNumber> free_groups_;
  std::vector<GroupNumber> dirty_;
  std::unordered_map<GroupNumber, std::vector<KeyRepresentation>> representations_;
  std::unordered_map<GroupNumber, GroupError> errors_;
  std::size_t row_bytes_ = 0;
  // Scratch.
  std::vector<std::uint64_t> hashes_;
  std::vector<GroupNumber> row_groups_;
  std::vector<std::span<const Value>> arguments_;  // of the call in hand
  std::vector<std::int32_t> passed_weights_;
  std::vector<Value> values_;
  std::vector<std::vector<AccumulatorResult>> results_;
};

}  // namespace deltamill
