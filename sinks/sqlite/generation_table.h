// One generation's table, open for writing: applies deltas row by row with prepared statements.
// Knows nothing of frontiers and states; view_store.h has those. Everything happens inside the
// store's open transaction.
#pragma once

#include <optional>
#include <string>

#include "sinks/net_effect.h"
#include "sinks/sink.h"
#include "sinks/sqlite/database.h"
#include "sinks/sqlite/pending_keys.h"
#include "sinks/sqlite/stored_value.h"
#include "sinks/sqlite/table_sql.h"

namespace deltamill {

class GenerationTable {
 public:
  // All are used until destruction. `id` tells the tables of one connection apart.
  // REQUIRES: the table exists.
  struct Context {
    Database& database;
    PendingKeys& pending_keys;
    std::int64_t id = 0;
  };
  GenerationTable(const Context& context, const SinkView& view, std::uint32_t view_offset,
                  const std::string& table);

  // Applies a consolidated delta. Of several calls before settle() only the sum must make sense.
  // Throws BrokenInvariant when a row that goes is not there.
  void apply(const Delta& delta);
  // Applies what had to wait for the end of the commit. Throws KeyConflict.
  void settle();

  // Since the last call of forget_changes(): rows added less rows removed, and whether any row
  // changed.
  [[nodiscard]] std::int64_t row_count_change() const { return row_count_change_; }
  [[nodiscard]] bool changed() const { return changed_; }
  void forget_changes();

 private:
  struct Prepared {
    Statement statement;
    std::vector<std::uint32_t> columns;
  };

  [[nodiscard]] Prepared prepare(const RowStatement& statement);
  void apply_keyed(const Delta& delta);
  void apply_counted(const Delta& delta);
  void apply_effect(const KeyEffect& effect);
  void postpone(const KeyEffect& effect);
  void settle_key(std::string_view key, std::span<const DeltaRow> changes);
  [[nodiscard]] bool insert(std::string_view key, RowBytes row);
  void update(std::string_view key, RowBytes old_row, RowBytes new_row);
  void erase(std::string_view key, RowBytes row);
  void add_count(std::string_view hash, RowBytes row, std::int64_t weight);
  void take_count(std::string_view hash, RowBytes row, std::int64_t weight);
  [[nodiscard]] bool indexed_differs(RowBytes old_row, RowBytes new_row) const;
  void run(Prepared& prepared, RowBytes row, std::string_view key);
  void require_one_row(const char* what, RowBytes row);
  [[nodiscard]] std::string key_text(RowBytes row) const;

  Database& database_;
  PendingKeys& pending_keys_;
  const std::int64_t id_;
  const SinkView& view_;
  const std::uint32_t view_offset_;
  const RowIdentity identity_;
  const RowLayout layout_;
  const int extra_parameter_;            // of deltamill_key, deltamill_hash
  std::optional<NetEffect> net_effect_;  // keyed
  RowBinder binder_;
  std::vector<std::uint32_t> indexed_;
  Prepared insert_;
  Prepared update_;
  Prepared update_unindexed_;
  Prepared erase_;
  Prepared reduce_;
  std::int64_t row_count_change_ = 0;
  bool changed_ = false;
};

}  // namespace deltamill
