// The source: the front of service/source. Prepares slot, publication and base chunks, then follows
// the change log on a thread of its own into the journal, reconnecting as long as that can help.
//
//   Source source(options, journal, handlers);
//   source.prepare({.tables = tables});  // may take long: reads what the journal lacks
//   source.start();                      // connecting ⇄ waiting, catching up → streaming → ended
//   … status(), request_position(lsn), add_tables(…) …
//   source.stop();                       // durable and confirmed up to what was received
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "service/journal/journal.h"
#include "service/source/session_settings.h"
#include "views/data/schema.h"

namespace deltamill {

struct SourceOptions {
  std::string url;
  std::string slot;
  std::string publication;
  bool manage =
      true;  // create and alter slot and publication; false: StatementsNeeded says what is missing
  std::size_t snapshot_workers = 2;
  std::chrono::milliseconds heartbeat{0};
  std::chrono::milliseconds watch_interval{10'000};
};

struct SourceProgress {
  std::string table;  // schema.name, of the latest chunk
  std::uint64_t table_rows = 0;
  std::uint64_t table_rows_estimated = 0;
  std::uint64_t rows = 0;  // of all tables being read
  std::uint64_t rows_estimated = 0;
  std::uint32_t tables_complete = 0;
  std::uint32_t tables = 0;
};

// A table that another one inherits from.
struct InheritedTable {
  Oid table = 0;
  std::string child;  // schema.name of one of them
};

struct SourceHandlers {
  // The thread has ended by itself: a gap (SourceFailed with Remedy::rebuild), or what retrying
  // cannot cure. Called on the source thread, last of all; it must not call stop().
  std::function<void(std::exception_ptr)> on_end;
  // Something failed and will be tried again, or is being waited for. For trace events; on any
  // thread.
  std::function<void(const std::string&)> on_trouble;
  // The change log is being read, again after trouble: `connection` counts from 1. On the source
  // thread.
  std::function<void(std::uint64_t connection)> on_connected;
  // Tables are being read. Calls come one at a time, on any thread.
  std::function<void(const SourceProgress&)> on_progress;
  // Other tables inherit from tables that views read without ONLY: their rows would belong to the
  // views, and no change says so. Told again and again for as long as it is so. On a thread of the
  // source's own.
  std::function<void(const std::vector<InheritedTable>&)> on_inherited;
};

struct PrepareRequest {
  std::vector<std::shared_ptr<const Table>>
      tables;                       // all that views read; shared with the catalog they come from
  std::set<Oid> read_without_only;  // those of them that no other table may inherit from
  bool new_history = false;  // after a gap: a new slot, a new journal epoch, all tables read again
};

struct Prepared {
  bool new_history = false;
  std::vector<Oid> read_tables;  // whose base chunks are new
};

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
  Lsn received;        // handed to the journal
  Lsn confirmed;
  std::int64_t latest_message_time =
      0;                          // microseconds since 2000-01-01 UTC by our clock; 0 = never
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
  // `journal` outlives the source. Throws SourceFailed (stop) on bad names or url.
  Source(SourceOptions options, Journal& journal, SourceHandlers handlers);
  ~Source();  // stops

  // Brings server and journal to the state from which to stream: identity and gap check,
  // publication before slot, base chunks of every table the journal does not hold completely.
  // Throws SourceFailed: Remedy::rebuild is a gap (call again with new_history), `stop` names what
  // to change, StatementsNeeded lists SQL; JournalFailed. REQUIRES: not started.
  Prepared prepare(const PrepareRequest& request, const std::stop_token& stop = {});

  // Publishes and reads further tables beside the running stream; those the journal holds already
  // cost nothing. Returns the tables read. Throws as prepare(). REQUIRES: prepared.
  std::vector<Oid> add_tables(const std::vector<std::shared_ptr<const Table>>& tables,
                              const std::stop_token& stop = {});

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

  // Drops slot and publication; nothing happens where they do not exist. Throws SourceFailed.
  static void tear_down(const SourceOptions& options);

 private:
  struct Thread;  // what only the source thread uses, and what it shares

  void check_tables(const std::vector<std::shared_ptr<const Table>>& tables) const;

  const SourceOptions options_;
  Journal& journal_;
  const SourceHandlers handlers_;
  std::unique_ptr<Thread> thread_;
};

}  // namespace deltamill
