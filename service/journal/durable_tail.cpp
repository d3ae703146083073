// The recent past of the journal in memory. The journal thread publishes what a commit made
// durable; readers take it from here without touching the disk as long as they are not further
// behind than what is kept.
#include "service/journal/durable_tail.h"

#include <algorithm>

namespace deltamill {

namespace {

std::size_t memory_of(const Block& block) {
  return sizeof(Block) + 64 + block.payload.size();
}

}  // namespace

void DurableTail::publish(std::vector<Recent> blocks, Frontier durable, std::int64_t sequence) {
  {
    const MutexLock lock(mutex_);
    for (Recent& recent : blocks) {
      memory_bytes_ += memory_of(*recent.block);
      recent_.push_back(std::move(recent));
    }
    // Nobody is waited for: a reader that needs what is dropped finds it in the store.
    while (memory_bytes_ > memory_bytes_max_ && !recent_.empty()) drop_oldest();
    sequence_ = sequence;
    // Inside the lock although it is atomic: a reader that looked under the lock and found nothing
    // is asleep by the time it is notified.
    durable_.store(durable);
  }
  moved_.notify_all();
}

void DurableTail::publish_stored(Frontier durable, std::int64_t sequence) {
  {
    const MutexLock lock(mutex_);
    forget(durable, sequence);
  }
  moved_.notify_all();
}

void DurableTail::restart(Frontier start, std::int64_t sequence) {
  {
    const MutexLock lock(mutex_);
    forget(start, sequence);
    // Readers of the old history compare numbers and stop; frontiers of two histories do not.
    ++history_;
  }
  moved_.notify_all();
}

// Memory begins where the store ends for now: whoever is further back reads the store.
void DurableTail::forget(Frontier durable, std::int64_t sequence) {
  recent_.clear();
  memory_bytes_ = 0;
  memory_begin_ = durable;
  sequence_ = sequence;
  durable_.store(durable);
}

// Whole transactions only: a reader between two pieces of one could not go on from memory, and the
// store counts its pieces from the transaction's begin.
void DurableTail::drop_oldest() {
  memory_begin_ = recent_.front().end;
  while (!recent_.empty() && recent_.front().end == memory_begin_) {
    memory_bytes_ -= memory_of(*recent_.front().block);
    recent_.pop_front();
  }
}

void DurableTail::fail(const std::string& message) {
  {
    const MutexLock lock(mutex_);
    failure_ = message;
  }
  moved_.notify_all();
}

bool DurableTail::await(Frontier frontier, Clock::Time until) {
  MutexLock lock(mutex_);
  while (durable() < frontier && !failure_ && clock_.now() < until)
    clock_.wait_until(lock, moved_, until, {});
  return durable() >= frontier;
}

std::uint64_t DurableTail::history() const {
  const MutexLock lock(mutex_);
  return history_;
}

std::optional<DurableTail::Beyond> DurableTail::wait_beyond(const ReadPosition& position,
                                                            const std::stop_token& stop,
                                                            Clock::Time deadline) {
  MutexLock lock(mutex_);
  while (durable() <= position.frontier && history_ == position.history && !failure_ &&
         !stop.stop_requested() && clock_.now() < deadline)
    clock_.wait_until(lock, moved_, deadline, stop);
  // Before everything else: after a reset a frontier of the old history may look durable.
  if (history_ != position.history)
    throw JournalFailed("the journal has begun a new history; what was being read is gone");
  // What is durable is read to its end, also after a failure.
  if (durable() <= position.frontier) {
    if (failure_) throw JournalFailed(*failure_);
    return std::nullopt;
  }
  if (stop.stop_requested()) return std::nullopt;
  Beyond beyond{nullptr, durable(), sequence_};
  // Older than memory. `sequence` bounds what the reader may take from the store.
  if (position.frontier < memory_begin_) return beyond;
  // The pieces of one transaction share its end, so this finds the first of them; the reader has
  // taken `pieces` of them already.
  const auto transaction = std::ranges::upper_bound(recent_, position.frontier, {}, &Recent::end);
  beyond.block = transaction[static_cast<std::ptrdiff_t>(position.pieces)].block;
  return beyond;
}

}  // namespace deltamill
