// Changes of one table as the source sent them -> its delta: −old and +new per key, at most one
// pair per batch. Knows the stream's columns by name, finds old rows and values that were not sent
// (unchanged, out of line) in the table's own arrangement, and keeps only the columns that some
// view reads plus the row key.
//
//   insert k, v                +(k, v)
//   delete k                   −(k, v)
//   update k: v -> w           −(k, v)  +(k, w)      nothing if v and w are the same in kept columns
//   update k -> l              −(k, v)  +(l, w)
//   truncate                   −(every row)
//   several changes of k       the first old row, the last new one
//
// A table without a row key is a multiset of rows by identity; its old rows must be sent whole
// (FULL). A change that contradicts the state (an insert of a key that exists, an update or delete
// of one that does not) is a broken invariant.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "views/data/transaction.h"
#include "views/dataflow/collection.h"

namespace deltamill {

class TableInput : public StatefulOperator {
 public:
  // `kept`: offsets in table.columns, ascending, the row key among them. The collection has exactly
  // these columns.
  TableInput(std::shared_ptr<const Table> table, std::vector<std::uint32_t> kept,
             Collection& collection, BatchState& batch, RowStore& store);

  // The columns by which rows are found: what the replica identity sends, or nothing.
  [[nodiscard]] static std::optional<KeyColumns> row_key_of(const Table& table);
  [[nodiscard]] const Table& table() const { return *table_; }
  [[nodiscard]] const std::vector<std::uint32_t>& kept() const { return kept_; }

  // Verifies that the stream's columns still are what the views were bound to. Throws
  // SchemaChanged.
  void bind(const std::shared_ptr<const Relation>& relation);

  // Takes changes of the relation bound last, in commit order. Nothing is visible before finish().
  // Throws SchemaChanged when a field is no value of its column's type; the caller then forgets
  // with discard().
  void take(std::span<const Change* const> changes);
  void discard();

  void finish(Delta& delta, std::vector<std::uint64_t>& hashes) override;
  [[nodiscard]] std::vector<const Collection*> inputs() const override { return {}; }
  [[nodiscard]] Description describe() const override;
  [[nodiscard]] std::size_t memory_bytes() const override;

 private:
  // A key that the batch touched. A row is null where there is none.
  struct Touched {
    std::uint64_t hash = 0;
    RowBytes before = nullptr;  // in the arrangement
    RowBytes after = nullptr;   // in the arena, or still `before`
  };
  // What is known of a change before the state is looked at.
  struct Prepared {
    RowBytes row = nullptr;      // the new row; null for deletes and where `incomplete`
    std::uint64_t hash = 0;      // of the key to look up: the old one of an update or delete
    std::uint64_t new_hash = 0;  // of the key of the new row
    bool incomplete = false;     // the new row needs values of the old one
    bool key_sent = false;       // the old key stands in old_keys_
  };

  void prepare(const Change& change, std::size_t offset);
  void prepare_old(const Change& change, std::size_t offset, Prepared& prepared);
  void apply(const Change& change, std::size_t offset);
  void apply_multiset(const Change& change);
  void truncate();
  [[nodiscard]] RowBytes read_row(const Change& change, RowBytes old_row);
  [[nodiscard]] RowBytes read_old_row(const Change& change);
  [[nodiscard]] const Field& field_of(const Change& change, std::size_t kept) const;
  [[nodiscard]] Value read_field(const Field& field, std::size_t kept);
  [[nodiscard]] Touched& touch(std::uint64_t hash, std::span<const Value> key);
  [[nodiscard]] std::span<const Value> key_of(RowBytes row);
  [[nodiscard]] std::span<const Value> old_key(std::size_t offset) const;
  [[noreturn]] void contradict(const char* what, std::span<const Value> key) const;

  std::shared_ptr<const Table> table_;
  std::vector<std::uint32_t> kept_;
  Collection& collection_;
  BatchState& batch_;
  Arrangement& arrangement_;
  bool keyed_;
  Key key_;  // over the kept columns
  std::shared_ptr<const Relation> relation_;
  std::vector<std::uint32_t> ordinals_;  // of the kept columns in the stream's tuples
  bool key_is_identity_ = false;         // an update without an old tuple left the row key alone
  std::vector<Touched> touched_;
  HashIndex touched_index_;  // hash of the key -> offset in touched_ + 1
  Delta changes_;            // of a multiset
  std::vector<Prepared> prepared_;
  std::vector<Value> old_keys_;  // per prepared change, key_.parts().size() values
  std::vector<Value> values_;
  std::vector<Value> key_values_;
};

}  // namespace deltamill
