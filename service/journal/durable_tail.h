// What the journal thread hands to readers: the durable frontier, and the recent blocks below it in
// memory. Thread-safe. A block is here only when it and the rest of its transaction are on disk.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "service/atomic_frontier.h"
#include "service/journal/journal.h"

namespace deltamill {

// Where a reader is: at a frontier, and that many pieces into the large transaction that follows
// it.
struct ReadPlace {
  Frontier position;
  std::size_t pieces = 0;
  std::uint64_t history = 0;  // counts resets
};

class DurableTail {
 public:
  explicit DurableTail(std::size_t memory_bytes_max) : memory_bytes_max_(memory_bytes_max) {}

  // A block and the end of the transaction it is a piece of (its own end, unless it is a piece).
  struct Recent {
    BlockPtr block;
    Frontier end;
  };

  // Everything up to `durable` is on disk; `sequence` is its last complete run in the store.
  void publish(std::vector<Recent> blocks, Frontier durable, std::int64_t sequence);
  // The same for what is not in memory: a transaction that did not fit.
  void publish_stored(Frontier durable, std::int64_t sequence);
  // A new history, or the one found at opening.
  void restart(Frontier start, std::int64_t sequence);
  // Readers that wait are told.
  void fail(const std::string& message);

  [[nodiscard]] Frontier durable() const { return durable_.load(); }
  [[nodiscard]] std::uint64_t history() const;

  // What lies beyond a place: a block in memory, or that the store has it.
  struct Beyond {
    BlockPtr block;  // nothing = read the store
    Frontier durable;
    std::int64_t sequence = 0;
  };
  // Waits until something does; nothing when `stop` was requested or the deadline passed.
  // Throws JournalFailed after a failure or when the history is another one.
  [[nodiscard]] std::optional<Beyond> wait_beyond(const ReadPlace& place,
                                                  const std::stop_token& stop,
                                                  std::chrono::steady_clock::time_point deadline);

 private:
  void forget(Frontier durable, std::int64_t sequence);
  void drop_oldest();

  const std::size_t memory_bytes_max_;
  AtomicFrontier durable_;  // moved under mutex_
  mutable std::mutex mutex_;
  std::condition_variable_any moved_;
  // Guarded by mutex_.
  std::deque<Recent> recent_;  // in order, without gaps, from memory_begin_ to the durable frontier
  Frontier memory_begin_;
  std::size_t memory_bytes_ = 0;
  std::int64_t sequence_ = 0;
  std::uint64_t history_ = 0;
  std::optional<std::string> failure_;
};

}  // namespace deltamill
