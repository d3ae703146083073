// The SQL of journal.db: rows in, rows out. Knows no threads of its own; every call may come from
// any thread. What is decided about blocks (grouping, memory, order) is not here: writer.h,
// reader.h.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "service/journal/journal.h"
#include "service/journal/stored_payload.h"
#include "service/mutex.h"
#include "sinks/sqlite/database.h"

namespace deltamill {

// A row of `transactions`.
struct StoredRun {
  Frontier from;
  Frontier to;
  bool complete = true;
  std::uint32_t transaction_count = 0;
  std::uint64_t change_count = 0;
  std::int64_t oldest_commit_time = 0;
  StoredPayload payload;
};

// What seeds the checksum of a run.
[[nodiscard]] std::uint64_t checksum_seed(Frontier from, Frontier to);
[[nodiscard]] std::uint64_t checksum_seed(Oid table, std::uint32_t chunk);

// Reads one journal.db through a connection of its own. For one thread.
class StoredRuns {
 public:
  explicit StoredRuns(const std::string& path);

  // Sequence of the last complete run that ends at or before the frontier; 0 = none.
  [[nodiscard]] std::int64_t last_at_or_before(Frontier frontier);
  struct Run {
    std::int64_t sequence = 0;
    Block block;
  };
  // The first run after a sequence, up to a sequence. Throws JournalFailed when it is damaged.
  [[nodiscard]] std::optional<Run> first_after(std::int64_t sequence, std::int64_t sequence_max);

 private:
  Database database_;
  Statement last_at_or_before_;
  Statement first_after_;
};

class JournalStore {
 public:
  // Opens or creates, migrates, checks the last rows, removes pieces without their last one.
  // Throws SqliteError, MigrationRefused, JournalFailed.
  explicit JournalStore(std::string path);

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::optional<SourceIdentity> identity();
  [[nodiscard]] std::string epoch();
  [[nodiscard]] Frontier frontier();
  // Where the history begins.
  [[nodiscard]] Frontier oldest();
  // Sequence of the last complete run; 0 = none.
  [[nodiscard]] std::int64_t last_sequence();
  // Of the first transaction kept; 0 = none is.
  [[nodiscard]] std::int64_t oldest_commit_time();
  void reset(const SourceIdentity& identity, Frontier start);

  // Writes runs and raises the frontier in one durable commit. Returns the sequence of the last run
  // written (of the last one there, when there are none to write).
  std::int64_t append(std::span<const StoredRun> runs, Frontier frontier);
  // Removes runs above a sequence: pieces of a transaction that will not be completed.
  void erase_above(std::int64_t sequence);

  void begin_table(const JournalTable& table);
  void append_base_chunk(const BaseChunk& chunk, const StoredPayload& payload);
  void complete_table(Oid table);
  [[nodiscard]] std::vector<JournalTable> tables();
  void read_base(Oid table, const std::function<void(const BaseChunk&)>& take);

  // Lets the write-ahead log not grow past its limit.
  void checkpoint_if_due();
  [[nodiscard]] std::uint64_t size_bytes() const;

 private:
  void begin_history(Frontier start) DM_REQUIRES(mutex_);
  void verify_tail() DM_REQUIRES(mutex_);

  std::string path_;
  Mutex mutex_;
  Database database_ DM_GUARDED_BY(mutex_);
  Statement insert_run_ DM_GUARDED_BY(mutex_);
  Statement move_frontier_ DM_GUARDED_BY(mutex_);
  Statement insert_chunk_ DM_GUARDED_BY(mutex_);
  std::int64_t last_written_ DM_GUARDED_BY(mutex_) = 0;
};

}  // namespace deltamill
