// The source: the front of service/source. Prepares slot, publication and base chunks, then follows
// the change log on a thread of its own into the journal, reconnecting as long as that can help.
//
//   Source source(options, journal, clock, handlers);
//   source.prepare({.tables = tables});  // may take long: reads what the journal lacks
//   source.start();                      // connecting ⇄ waiting, catching up → streaming → ended
//   … status(), request_position(lsn) …
//   source.stop();                       // durable and confirmed up to what was received
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "service/clock.h"
#include "service/journal/journal.h"
#include "service/source/source_options.h"
#include "views/data/schema.h"

namespace deltamill {

enum class SourcePhase : std::uint8_t {
  idle,
  connecting,
  catching_up,  // reading a large backlog in bulk
  streaming,
  waiting,  // to connect again
  gap,
  failed,
  stopped,
};
[[nodiscard]] const char* to_string(SourcePhase phase);

struct SourceStatus {
  SourcePhase phase = SourcePhase::idle;
  bool connected = false;
  std::string reason;  // of waiting, gap and failed
  Lsn position;        // the server's WAL as last heard of
  // The same at the last connecting; nothing = none has succeeded since the history began or the
  // process started.
  std::optional<Lsn> position_at_connecting;
  Lsn received;  // handed to the journal
  Lsn confirmed;
  std::uint64_t connections = 0;  // made so far; reconnects are these less one
  std::uint64_t transactions = 0;
  std::uint64_t changes = 0;
  std::uint64_t bytes = 0;
  std::optional<SourceIdentity> identity;
  bool slot_active = false;
  std::string wal_status;  // reserved, extended, unreserved, lost; empty = not known yet
  std::int64_t retained_bytes = 0;
  std::optional<std::int64_t> safe_bytes;
  std::set<Oid> missing_tables;  // dropped, or taken out of the publication
};

class Source {
 public:
  // `journal` and `clock` outlive the source. Throws SourceFailed (stop) on bad names or url.
  Source(SourceOptions options, Journal& journal, Clock& clock, SourceHandlers handlers);
  ~Source();  // stops

  // Brings server and journal to the state from which to stream: identity and gap check,
  // publication before slot, base chunks of every table the journal does not hold completely.
  // Throws SourceFailed: Remedy::rebuild is a gap (call again with new_history), `stop` names what
  // to change, StatementsNeeded lists SQL; JournalFailed. REQUIRES: not started.
  Prepared prepare(const PrepareRequest& request, const std::stop_token& stop = {});

  void start();
  // Waits for the thread. What was received whole is durable and confirmed then, if the journal is
  // well.
  void stop();

  // Thread-safe.
  [[nodiscard]] SourceStatus status() const;

  // Somebody waits until the journal's frontier reaches `position`: the server is asked at once and
  // again until it is there, for five seconds; after that the status timer brings it within a
  // second of the server. Thread-safe.
  void request_position(Lsn position);

  // Of the tables that no other may inherit from, those from which one does now, over a connection
  // of its own. Throws SourceFailed.
  [[nodiscard]] std::vector<InheritedTable> inherited_tables() const;

  // The end of the server's WAL now, over a connection of its own. Throws SourceFailed.
  [[nodiscard]] Lsn current_wal_position() const;

 private:
  struct Thread;  // what only the source thread uses, and what it shares

  void check_tables(const std::vector<std::shared_ptr<const Table>>& tables) const;

  const SourceOptions options_;
  Journal& journal_;
  const SourceHandlers handlers_;
  std::unique_ptr<Thread> thread_;
};

}  // namespace deltamill
