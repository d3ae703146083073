// Tables of a source as a test sees them: rows as text, changed transaction by transaction; what
// the source would send for each change is collected into batches, with the old tuples that its
// replica identity implies.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/oracle/plan_oracle.h"
#include "views/data/transaction.h"

namespace deltamill {

class SourceTables {
 public:
  explicit SourceTables(std::vector<std::shared_ptr<const Table>> tables);

  // Rows are whole, in table order. The old row of an update or delete must be there.
  void insert(const Table& table, const TextRow& row);
  void erase(const Table& table, const TextRow& row);
  void update(const Table& table, const TextRow& old_row, const TextRow& new_row);
  // As update; these columns, equal in both rows, are not sent (unchanged, out of line).
  void update_partly(const Table& table, const TextRow& old_row, const TextRow& new_row,
                     const std::vector<std::uint32_t>& unchanged);
  void truncate(const Table& table);

  // All changes since the last call, as one batch.
  [[nodiscard]] Batch take_batch();

  [[nodiscard]] const std::map<Oid, TextRows>& rows() const { return rows_; }
  [[nodiscard]] const TextRows& rows_of(const Table& table) const { return rows_.at(table.oid); }
  // The table's shape as the stream announces it. Columns stand in reverse order there.
  [[nodiscard]] static std::shared_ptr<const Relation> relation_of(const Table& table);

 private:
  struct Storage {
    std::deque<std::string> texts;
    std::deque<std::vector<Field>> fields;
  };

  [[nodiscard]] Tuple tuple_of(const Table& table, const TextRow& row,
                               const std::vector<std::uint32_t>& unchanged);
  [[nodiscard]] Tuple key_tuple_of(const Table& table, const TextRow& row);
  Change& add_change(const Table& table, ChangeKind kind);
  void set_old_tuple(const Table& table, const TextRow& row, Change& change);
  void remove_row(const Table& table, const TextRow& row);

  std::vector<std::shared_ptr<const Table>> tables_;
  std::vector<std::shared_ptr<const Relation>> relations_;
  std::map<Oid, TextRows> rows_;
  std::shared_ptr<Storage> storage_ = std::make_shared<Storage>();
  std::vector<Change> changes_;
};

}  // namespace deltamill
