// The journal: our durable copy of the change log plus base chunks. Contract of the store;
// sqlite_journal keeps it.
//
//   source thread ──append──► queue ──group commit──► journal.db ──► durable() ──► reader
//                                                         └──── memory, else journal.db ───┘
//
// Only what is durable here is confirmed to PostgreSQL. Payloads hold pgoutput messages as they
// came (payload.h).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "service/clock.h"
#include "views/data/frontier.h"
#include "views/data/schema.h"

namespace deltamill {

// Whose change log this is. A difference on connecting means another history.
struct SourceIdentity {
  std::string system_id;
  std::uint32_t timeline = 0;
  Oid database = 0;
  std::string slot;

  [[nodiscard]] bool operator==(const SourceIdentity&) const = default;
};

// A run of the change log: whole transactions of [from, to), or one piece of a transaction too
// large for memory. Self-contained: each relation's message stands before its first use in the
// payload.
struct Block {
  Frontier from;
  Frontier to;                          // == from while a large transaction is incomplete
  bool complete = true;                 // false: a piece, more of the same transaction follows
  std::uint32_t transaction_count = 0;  // of those that end here
  std::uint64_t change_count = 0;
  std::int64_t oldest_commit_time = 0;  // microseconds since 2000-01-01 UTC; 0 = no transaction
  std::string payload;  // payload.h; empty = only the frontier advances (a keepalive)
};
using BlockPtr = std::shared_ptr<const Block>;

// Rows of one table as of one frontier, as insert messages in a payload.
struct BaseChunk {
  Oid table = 0;
  std::uint32_t number = 0;  // order within the table
  std::uint64_t row_count = 0;
  std::string payload;
};

// A table whose base is in the journal.
struct JournalTable {
  Oid oid = 0;
  std::string schema;
  std::string name;
  // Its base chunks are as of this frontier; transactions below it do not apply to it.
  Frontier base;
  bool complete = false;  // all base chunks are there
  std::uint64_t row_count = 0;
  std::uint32_t chunk_count = 0;
};

// The journal cannot take more (I/O error, damage). The source disconnects; it never stops reading
// silently.
class JournalFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The disk is full. Nothing is lost: what was appended is kept, and stored when there is room.
class JournalFull : public JournalFailed {
 public:
  using JournalFailed::JournalFailed;
};

struct JournalQueue {
  std::size_t bytes = 0;
  std::size_t bytes_max = 0;
};

class Journal {
 public:
  virtual ~Journal() = default;

  // The identity stored at the first snapshot; nothing in a fresh journal.
  [[nodiscard]] virtual std::optional<SourceIdentity> identity() = 0;
  // Random, made with the journal: sinks written under another epoch are reloaded.
  [[nodiscard]] virtual std::string epoch() = 0;
  // Begins a new history: drops everything, stores the identity, makes a new epoch, durable() =
  // oldest() = start.
  virtual void reset(const SourceIdentity& identity, Frontier start) = 0;

  // --- transactions; called by the source thread ---
  // Queues a block; it becomes durable by group commit. Waits for room until `until`; false = the
  // queue is still full (the source must disconnect). Throws JournalFailed after a failed commit.
  // REQUIRES: block.from == end of what was appended.
  [[nodiscard]] virtual bool append(BlockPtr block, Clock::Time until) = 0;
  // Asks the journal thread to commit what is queued at once.
  virtual void flush() = 0;
  // Forgets queued and stored pieces of an incomplete transaction (the connection was lost within
  // it) and waits until everything else is durable. Returns durable(). Throws JournalFull rather
  // than wait for room; it is to be called again then.
  virtual Frontier discard_incomplete() = 0;

  // End of what is durable. Thread-safe, cheap.
  [[nodiscard]] virtual Frontier durable() const = 0;
  // Waits until durable() has come to `frontier`; false = `until` was earlier, or nothing more will
  // become durable.
  virtual bool await_durable(Frontier frontier, Clock::Time until) = 0;
  // The oldest frontier that can be reproduced: the largest base of a complete table, or what
  // folding left.
  [[nodiscard]] virtual Frontier oldest() const = 0;
  // Called on the journal thread after durable() moved. Set before the first append.
  virtual void on_durable(std::function<void(Frontier)> listener) = 0;

  // --- base chunks; called by the snapshot threads ---
  virtual void begin_table(const JournalTable& table) = 0;  // drops earlier chunks of the table
  virtual void append_base_chunk(const BaseChunk& chunk) = 0;
  virtual void complete_table(Oid table) = 0;
  [[nodiscard]] virtual std::vector<JournalTable> tables() = 0;
  // Calls `take` for each chunk in order.
  virtual void read_base(Oid table, const std::function<void(const BaseChunk&)>& take) = 0;

  // --- reading; one reader per thread ---
  class Reader {
   public:
    virtual ~Reader() = default;
    // The next block in order, from memory while the reader keeps up, otherwise from the store.
    // Waits until one is durable, `stop` is requested or the deadline passes (then nullptr). Blocks
    // entirely below the start are skipped; a block may hold transactions below it, which the
    // caller drops by commit_lsn.
    [[nodiscard]] virtual BlockPtr next(const std::stop_token& stop, Clock::Time deadline) = 0;
  };
  [[nodiscard]] virtual std::unique_ptr<Reader> read_from(Frontier start) = 0;

  // Bytes of the store on disk.
  [[nodiscard]] virtual std::uint64_t size_bytes() = 0;
  // Commit time of the oldest transaction that is kept, in microseconds since 2000-01-01 UTC; 0 =
  // none is.
  [[nodiscard]] virtual std::int64_t oldest_commit_time() = 0;
  // What is appended and not yet durable.
  [[nodiscard]] virtual JournalQueue queue() const = 0;
};

struct JournalOptions {
  std::size_t queue_bytes_max = std::size_t{64} << 20;   // appended, not yet durable
  std::size_t memory_bytes_max = std::size_t{64} << 20;  // recent blocks kept for readers
  int compression_level = 1;                             // zstd
  // How long each group commit took, with what it compressed. On the journal thread.
  std::function<void(std::chrono::duration<double>)> committed = nullptr;
  // The disk became full (`why` says so), or there is room again (`why` is empty). On the journal
  // thread.
  std::function<void(const std::string& why)> full = nullptr;
  std::chrono::milliseconds full_pause{1'000};  // between two tries on a full disk
};

// Opens or creates journal.db, applies migrations, checks integrity of its tail, drops pieces of an
// incomplete transaction, starts the journal thread. Throws JournalFailed.
[[nodiscard]] std::unique_ptr<Journal> open_journal(const std::string& path, Clock& clock,
                                                    const JournalOptions& options);

}  // namespace deltamill
