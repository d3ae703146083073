// The order is what makes a snapshot exact: locks on the tables, then a temporary slot whose
// creation exports a snapshot at its consistent point, then sessions that import it. Locks come
// first, because a table that is rewritten or truncated between the snapshot and its reading would
// look empty to it (POSTGRES P37).
#include "service/source/exported_snapshot.h"

#include <unistd.h>

#include <atomic>

#include "service/source/replication_slot.h"
#include "service/source/source_failed.h"

namespace deltamill {

namespace {

constexpr int attempts_max = 60;  // times lock_timeout: with ten seconds each, ten minutes

// Unique among the sessions of this process and, by its pid, of others on the host.
std::string temporary_name(const std::string& slot) {
  static std::atomic<unsigned> counter{0};
  const std::string suffix = "_t" + std::to_string(getpid()) + "_" + std::to_string(++counter);
  return slot.substr(0, 63 - suffix.size()) + suffix;
}

SessionSettings for_replication(SessionSettings settings) {
  settings.replication = true;
  return settings;
}

}  // namespace

ExportedSnapshot::ExportedSnapshot(const SessionSettings& settings, const std::string& slot,
                                   const TableList& tables, const WaitingListener& waiting,
                                   const std::stop_token& stop)
    : settings_(settings), locks_(settings) {
  for (int attempt = 1;; ++attempt) {
    try {
      lock(tables);
      create(slot);
      return;
    } catch (const SourceFailed& error) {
      if (error.sqlstate() != "55P03" || attempt == attempts_max || stop.stop_requested()) throw;
      // Rather than wait in the queue of locks: everything that the application asks for behind us
      // would wait as well.
      locks_.run("release the tables", "ROLLBACK");
      SqlSession sql(settings_);
      waiting(std::string(error.what()) + "; waiting for " + slot_blockers(sql));
    }
  }
}

void ExportedSnapshot::lock(const TableList& tables) {
  // ACCESS SHARE, as any SELECT takes it: nobody who reads or writes rows waits for it.
  locks_.run("lock the tables", "BEGIN READ ONLY");
  for (const auto& table : tables) {
    const std::string name = quoted_table(table->schema, table->name);
    locks_.run("lock table " + name, "LOCK TABLE ONLY " + name + " IN ACCESS SHARE MODE");
  }
}

void ExportedSnapshot::create(const std::string& slot) {
  exporter_ = std::make_unique<LibpqSession>(for_replication(settings_));
  const CreatedSlot created = create_slot(*exporter_, temporary_name(slot), SlotLife::session);
  snapshot_ = created.snapshot;
  frontier_ = Frontier(created.consistent_point);
}

LibpqSession ExportedSnapshot::import_session() const {
  LibpqSession session(settings_);
  // Its first statement in the transaction, or the server refuses the import.
  session.run("import the snapshot", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  session.run("import the snapshot", "SET TRANSACTION SNAPSHOT " + quoted_literal(snapshot_));
  return session;
}

}  // namespace deltamill
