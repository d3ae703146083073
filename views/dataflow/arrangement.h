// The rows of one collection in memory, indexed by keys: the only stateful container of joins. Rows
// live in the row store and are reached by handles; every index holds handles, not copies. Shared
// by all operators that look the collection up. What it holds between two applies is exactly the
// sum of the deltas so far.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "views/data/delta.h"
#include "views/dataflow/bucket.h"
#include "views/dataflow/hash_index.h"
#include "views/dataflow/key.h"

namespace deltamill {

class Arrangement {
 public:
  static constexpr std::size_t primary = 0;  // number of the index that finds rows to remove

  // With a unique key: at most one row per key, weights are 1, a changed row is overwritten in
  // place. Without: a multiset of rows by identity.
  Arrangement(RowStore& store, const Columns& columns, const RowLayout& layout,
              const std::optional<KeyColumns>& unique_key);
  ~Arrangement();
  Arrangement(const Arrangement&) = delete;
  Arrangement& operator=(const Arrangement&) = delete;

  // Number of the index on these columns, added if there is none. Rows with a NULL in them are not
  // in it: they equal nothing. REQUIRES: no rows yet.
  std::size_t index_on(const KeyColumns& columns);

  // REQUIRES: consolidated; with a unique key, -old stands directly before +new of the same key.
  // `hashes`: of the unique key per row of the delta, or empty. Throws BrokenInvariant when a row
  // to remove is not there or a key appears twice.
  void apply(const Delta& delta, std::span<const std::uint64_t> hashes);

  [[nodiscard]] bool has_unique_key() const { return unique_; }
  [[nodiscard]] std::size_t index_count() const { return indexes_.size(); }
  // The key of an index. For the primary index of a multiset it is empty and means nothing.
  [[nodiscard]] const Key& key(std::size_t index) const { return indexes_[index].key; }
  // Hash of the key -> Bucket.
  [[nodiscard]] const HashIndex& entries(std::size_t index) const {
    return indexes_[index].entries;
  }

  [[nodiscard]] RowBytes row(RowHandle handle) const {
    return store_.block(handle) + header_bytes_;
  }
  [[nodiscard]] std::int32_t weight(RowHandle handle) const {
    if (unique_) return 1;
    std::int32_t weight;
    std::memcpy(&weight, store_.block(handle), sizeof weight);
    return weight;
  }

  // The bucket of a key in an index, 0 if there is none. REQUIRES: hash of the values under
  // key(index).
  [[nodiscard]] Bucket find(std::size_t index, std::uint64_t hash,
                            std::span<const Value> values) const;

  // Calls visit(handle) for every row.
  template <typename Visit>
  void for_each(const Visit& visit) const {
    indexes_[primary].entries.for_each([&](Bucket bucket) { visit(bucket >> 2); });
  }

  // Different rows.
  [[nodiscard]] std::size_t size() const { return indexes_[primary].entries.size(); }
  [[nodiscard]] std::size_t memory_bytes() const;

 private:
  struct Index {
    Key key;
    HashIndex entries;
    std::size_t list_bytes = 0;  // of buckets with more than one row
  };
  // A row that came or went, as the other indexes learn of it.
  struct Move {
    RowHandle handle = 0;
    RowBytes row = nullptr;
    bool added = false;
  };

  void apply_unique(const Delta& delta, std::span<const std::uint64_t> hashes);
  void apply_unique_group(std::span<const DeltaRow> changes, std::span<const std::uint64_t> hashes);
  void apply_multiset(const Delta& delta);
  void change_weight(std::uint64_t hash, const DeltaRow& change);
  [[nodiscard]] std::size_t locate(std::uint64_t hash, RowBytes row) const;
  [[nodiscard]] bool same_keys(RowBytes left, RowBytes right) const;
  void replace(std::size_t offset, RowBytes old_row, RowBytes new_row);
  [[nodiscard]] RowHandle store_row(RowBytes row, std::int32_t weight);
  void add_row(std::uint64_t hash, RowBytes row, std::int32_t weight);
  void remove_row(std::size_t offset, RowBytes row);
  void apply_moves(Index& index);
  void move(Index& index, std::uint64_t hash, const Move& move);
  void release_removed();

  RowStore& store_;
  RowLayout layout_;
  Columns columns_;
  bool unique_;
  std::size_t header_bytes_;  // a multiset keeps each row's weight before it
  std::vector<Index> indexes_;
  std::vector<Move> moves_;  // of the delta in hand
  std::size_t row_bytes_ = 0;
};

}  // namespace deltamill
