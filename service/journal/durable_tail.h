// What the journal thread hands to readers: the durable frontier, and the recent blocks below it in
// memory. Thread-safe. A block is here only when it and the rest of its transaction are on disk.
#pragma once

#include <deque>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "service/atomic_frontier.h"
#include "service/journal/journal.h"
#include "service/mutex.h"

namespace deltamill {

// Where a reader is: at a frontier, and that many pieces into the large transaction that follows
// it.
struct ReadPosition {
  Frontier frontier;
  std::size_t pieces = 0;
  std::uint64_t history = 0;  // counts resets
};

class DurableTail {
 public:
  DurableTail(Clock& clock, std::size_t memory_bytes_max)
      : clock_(clock), memory_bytes_max_(memory_bytes_max) {}

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
  // As in journal.h.
  [[nodiscard]] bool await(Frontier frontier, Clock::Time until);
  [[nodiscard]] std::uint64_t history() const;

  // What lies beyond a position: a block in memory, or that the store has it.
  struct Beyond {
    BlockPtr block;  // nothing = read the store
    Frontier durable;
    std::int64_t sequence = 0;
  };
  // Waits until something does; nothing when `stop` was requested or the deadline passed.
  // Throws JournalFailed after a failure or when the history is another one.
  [[nodiscard]] std::optional<Beyond> wait_beyond(const ReadPosition& position,
                                                  const std::stop_token& stop,
                                                  Clock::Time deadline);

 private:
  void forget(Frontier durable, std::int64_t sequence) DM_REQUIRES(mutex_);
  void drop_oldest() DM_REQUIRES(mutex_);

  Clock& clock_;
  const std::size_t memory_bytes_max_;
  AtomicFrontier durable_;  // moved under mutex_, so that who waits misses nothing
  mutable Mutex mutex_;
  CondVar moved_;
  // In order, without gaps, from memory_begin_ to the durable frontier.
  std::deque<Recent> recent_ DM_GUARDED_BY(mutex_);
  Frontier memory_begin_ DM_GUARDED_BY(mutex_);
  std::size_t memory_bytes_ DM_GUARDED_BY(mutex_) = 0;
  std::int64_t sequence_ DM_GUARDED_BY(mutex_) = 0;
  std::uint64_t history_ DM_GUARDED_BY(mutex_) = 0;
  std::optional<std::string> failure_ DM_GUARDED_BY(mutex_);
};

}  // namespace deltamill
