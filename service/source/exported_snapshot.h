// A snapshot of the source at a known frontier: locks on the tables first, then a temporary slot
// whose creation exports the snapshot. Internal to service/source.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "service/source/libpq_session.h"
#include "service/source/publication.h"
#include "views/data/frontier.h"

namespace deltamill {

// Told while somebody is waited for, in words for people.
using WaitingListener = std::function<void(const std::string&)>;

class ExportedSnapshot {
 public:
  // Locks the tables against TRUNCATE and rewriting and exports. Tries again while others hold
  // locks or write, up to `attempts_max` times the session's lock_timeout. Throws SourceFailed.
  ExportedSnapshot(const SessionSettings& settings, const std::string& slot,
                   const TableList& tables, const WaitingListener& waiting,
                   const std::stop_token& stop);

  // Holds exactly the transactions below it.
  [[nodiscard]] Frontier frontier() const { return frontier_; }

  // The session that holds the locks, inside a transaction; sees the catalog of now, which the
  // locks keep in place.
  [[nodiscard]] LibpqSession& locks() { return locks_; }

  // A session whose transaction is the snapshot. REQUIRES: before release_slot(). The locks must
  // outlive its reading.
  [[nodiscard]] LibpqSession import_session() const;

  // The importers keep the snapshot; the slot, and with it the source's WAL, is let go.
  void release_slot() { exporter_.reset(); }

 private:
  void lock(const TableList& tables);
  void create(const std::string& slot);

  SessionSettings settings_;
  LibpqSession locks_;
  std::unique_ptr<LibpqSession> exporter_;
  std::string snapshot_;
  Frontier frontier_;
};

}  // namespace deltamill
