// The crossing between two threads: items in order, bounded by their bytes. One that is larger than
// the bound is taken when nothing else is there, so everything gets through.
//
//   push ──► [item item item] ──► pop        close(): push says no, pop empties the rest
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <stop_token>
#include <utility>

#include "service/clock.h"
#include "service/mutex.h"

namespace deltamill {

template <typename Item>
class BoundedQueue {
 public:
  // `clock` outlives the queue.
  BoundedQueue(Clock& clock, std::size_t bytes_max) : clock_(clock), bytes_max_(bytes_max) {}

  // Waits while there is no room. False = the queue is closed or `stop` was requested; `item` is as
  // it was.
  bool push(Item&& item, std::size_t bytes, const std::stop_token& stop = {}) {
    MutexLock lock(mutex_);
    while (!closed_ && !fits(bytes) && !stop.stop_requested()) changed_.wait(lock, stop);
    return add(std::move(item), bytes);
  }
  // The same without waiting.
  bool try_push(Item&& item, std::size_t bytes) {
    const MutexLock lock(mutex_);
    return add(std::move(item), bytes);
  }

  // The next item. Nothing = the deadline passed, `stop` was requested, or the queue is closed and
  // empty.
  [[nodiscard]] std::optional<Item> pop(const std::stop_token& stop = {},
                                        Clock::Time deadline = Clock::Time::max()) {
    MutexLock lock(mutex_);
    while (entries_.empty() && !closed_ && !stop.stop_requested() && clock_.now() < deadline)
      clock_.wait_until(lock, changed_, deadline, stop);
    if (entries_.empty() || stop.stop_requested()) return std::nullopt;
    return take();
  }
  [[nodiscard]] std::optional<Item> try_pop() {
    const MutexLock lock(mutex_);
    if (entries_.empty()) return std::nullopt;
    return take();
  }

  // Nothing more is taken in; what is there can still be popped.
  void close() {
    const MutexLock lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }
  // Forgets what is there.
  void clear() {
    const MutexLock lock(mutex_);
    entries_.clear();
    bytes_ = 0;
    changed_.notify_all();
  }

  [[nodiscard]] std::size_t size() const {
    const MutexLock lock(mutex_);
    return entries_.size();
  }
  [[nodiscard]] std::size_t bytes() const {
    const MutexLock lock(mutex_);
    return bytes_;
  }
  [[nodiscard]] std::size_t bytes_max() const { return bytes_max_; }

 private:
  struct Entry {
    Item item;
    std::size_t bytes = 0;
  };

  [[nodiscard]] bool fits(std::size_t bytes) const DM_REQUIRES(mutex_) {
    return entries_.empty() || (bytes_ <= bytes_max_ && bytes <= bytes_max_ - bytes_);
  }
  bool add(Item&& item, std::size_t bytes) DM_REQUIRES(mutex_) {
    if (closed_ || !fits(bytes)) return false;
    entries_.push_back({std::move(item), bytes});
    bytes_ += bytes;
    changed_.notify_all();
    return true;
  }
  Item take() DM_REQUIRES(mutex_) {
    Item item = std::move(entries_.front().item);
    bytes_ -= entries_.front().bytes;
    entries_.pop_front();
    changed_.notify_all();
    return item;
  }

  Clock& clock_;
  const std::size_t bytes_max_;
  mutable Mutex mutex_;
  CondVar changed_;
  std::deque<Entry> entries_ DM_GUARDED_BY(mutex_);
  std::size_t bytes_ DM_GUARDED_BY(mutex_) = 0;
  bool closed_ DM_GUARDED_BY(mutex_) = false;
};

}  // namespace deltamill
