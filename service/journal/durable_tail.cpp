// The meeting point of the journal thread and the readers.
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
    const std::lock_guard lock(mutex_);
    for (Recent& recent : blocks) {
      memory_bytes_ += memory_of(*recent.block);
      recent_.push_back(std::move(recent));
    }
    while (memory_bytes_ > memory_bytes_max_ && !recent_.empty()) drop_oldest();
    sequence_ = sequence;
    durable_.store(durable);
  }
  moved_.notify_all();
}

void DurableTail::publish_stored(Frontier durable, std::int64_t sequence) {
  {
    const std::lock_guard lock(mutex_);
    forget(durable, sequence);
  }
  moved_.notify_all();
}

void DurableTail::restart(Frontier start, std::int64_t sequence) {
  {
    const std::lock_guard lock(mutex_);
    forget(start, sequence);
    ++history_;
  }
  moved_.notify_all();
}

// REQUIRES: mutex_ is held.
void DurableTail::forget(Frontier durable, std::int64_t sequence) {
  recent_.clear();
  memory_bytes_ = 0;
  memory_begin_ = durable;
  sequence_ = sequence;
  durable_.store(durable);
}

// Whole transactions only: a reader between two pieces would not find its place again.
void DurableTail::drop_oldest() {
  memory_begin_ = recent_.front().end;
  while (!recent_.empty() && recent_.front().end == memory_begin_) {
    memory_bytes_ -= memory_of(*recent_.front().block);
    recent_.pop_front();
  }
}

void DurableTail::fail(const std::string& message) {
  {
    const std::lock_guard lock(mutex_);
    failure_ = message;
  }
  moved_.notify_all();
}

std::uint64_t DurableTail::history() const {
  const std::lock_guard lock(mutex_);
  return history_;
}

std::optional<DurableTail::Beyond> DurableTail::wait_beyond(
    const ReadPlace& place, const std::stop_token& stop,
    std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  moved_.wait_until(lock, stop, deadline, [&] {
    return durable() > place.position || history_ != place.history || failure_;
  });
  if (history_ != place.history)
    throw JournalFailed("the journal has begun a new history; what was being read is gone");
  if (durable() <= place.position) {
    if (failure_) throw JournalFailed(*failure_);
    return std::nullopt;
  }
  if (stop.stop_requested()) return std::nullopt;
  Beyond beyond{nullptr, durable(), sequence_};
  if (place.position < memory_begin_) return beyond;
  const auto transaction =
      std::partition_point(recent_.begin(), recent_.end(),
                           [&](const Recent& recent) { return recent.end <= place.position; });
  beyond.block = transaction[static_cast<std::ptrdiff_t>(place.pieces)].block;
  return beyond;
}

}  // namespace deltamill
