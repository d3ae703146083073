// Sums up changes of keys that wait for the end of a commit, in a temporary table: pending_keys.h.
// SQLite rolls it back together with the rows, and spills to disk where a transaction leaves
// millions of keys waiting.
#include "sinks/sqlite/pending_keys.h"

#include <string>
#include <vector>

namespace deltamill {

namespace {

std::string_view bytes_of(RowBytes row) {
  return {reinterpret_cast<const char*>(row), row_size(row)};
}

Database& with_table(Database& database) {
  database.execute(
      "CREATE TEMP TABLE deltamill_pending (target INTEGER, key BLOB, row BLOB, weight INTEGER, "
      "PRIMARY KEY (target, key, row)) STRICT, WITHOUT ROWID");
  return database;
}

}  // namespace

PendingKeys::PendingKeys(Database& database)
    : database_(with_table(database)),
      holds_(database_.prepare(
          "SELECT 1 FROM temp.deltamill_pending WHERE target = ?1 AND key = ?2 LIMIT 1")),
      add_(database_.prepare("INSERT INTO temp.deltamill_pending VALUES (?1, ?2, ?3, ?4) "
                             "ON CONFLICT DO UPDATE SET weight = weight + excluded.weight")),
      read_(database_.prepare("SELECT key, row, weight FROM temp.deltamill_pending "
                              "WHERE target = ?1 AND weight <> 0 ORDER BY key, weight")) {}

bool PendingKeys::holds(std::int64_t table, std::string_view key) {
  // Nearly every commit: no statement is run then.
  if (empty()) return false;
  holds_.bind(1, table).bind_blob(2, key);
  const bool found = holds_.step();
  holds_.reset();
  return found;
}

void PendingKeys::add(std::int64_t table, std::string_view key, const DeltaRow& change) {
  add_.bind(1, table).bind_blob(2, key).bind_blob(3, bytes_of(change.row));
  add_.bind(4, std::int64_t{change.weight}).run();
  ++count_;
}

void PendingKeys::drain(
    std::int64_t table,
    const std::function<void(std::string_view key, std::span<const DeltaRow>)>& take) {
  if (empty()) return;
  struct Reset {
    Statement& statement;
    ~Reset() { statement.reset(); }
  } const reset{read_};
  Arena arena;
  std::string key;
  std::vector<DeltaRow> changes;
  read_.bind(1, table);
  // One pass in key order; a key is handed over when the next one begins. Rows are copied, since
  // SQLite's bytes end with the step.
  for (bool more = read_.step(); more; more = read_.step()) {
    if (!changes.empty() && read_.blob(0) != key) {
      take(key, changes);
      changes.clear();
      arena.reset();
    }
    key = read_.blob(0);
    const RowBytes row = copy_row(reinterpret_cast<RowBytes>(read_.blob(1).data()), arena);
    changes.push_back({row, static_cast<std::int32_t>(read_.integer(2))});
  }
  if (!changes.empty()) take(key, changes);
  database_.prepare("DELETE FROM temp.deltamill_pending WHERE target = ?1").bind(1, table).run();
}

}  // namespace deltamill
