// A clock that stands still until the test moves it. Who waits for a time is woken when it has
// come; how many wait can be waited for, so that nothing has to be guessed or slept through.
#pragma once

#include <algorithm>
#include <list>

#include "service/clock.h"

namespace deltamill {

class HeldClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override {
    const MutexLock lock(mutex_);
    return now_;
  }
  [[nodiscard]] std::int64_t wall_us() const override {
    const MutexLock lock(mutex_);
    return wall_us_;
  }

  void advance(Duration duration) {
    MutexLock lock(mutex_);
    now_ += duration;
    wall_us_ += std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
    wake_due(lock);
  }
  // The wall clock jumps, as when it is set.
  void set_wall_us(std::int64_t wall_us) {
    const MutexLock lock(mutex_);
    wall_us_ = wall_us;
  }

  // Waits until that many wait for a deadline.
  void await_waiting(std::size_t count) {
    MutexLock lock(mutex_);
    while (waiting_.size() < count) changed_.wait(lock);
  }
  // The earliest deadline that is waited for; max() = none.
  [[nodiscard]] Time next_deadline() const {
    const MutexLock lock(mutex_);
    Time next = Time::max();
    for (const Waiting& waiting : waiting_) next = std::min(next, waiting.deadline);
    return next;
  }

  // The waiter's lock is let go before the clock's is taken again: advance() takes them the other
  // way round.
  void wait_until(MutexLock& lock, CondVar& changed, Time deadline,
                  const std::stop_token& stop) override DM_UNCHECKED_LOCKING {
    std::list<Waiting>::iterator self;
    {
      const MutexLock own(mutex_);
      if (now_ >= deadline) return;
      self = waiting_.insert(waiting_.end(), {lock.mutex(), changed, deadline});
      changed_.notify_all();
    }
    changed.wait(lock, stop);
    lock.unlock();
    {
      MutexLock own(mutex_);
      while (self->being_woken) changed_.wait(own);
      waiting_.erase(self);
      changed_.notify_all();
    }
    lock.lock();
  }

 private:
  struct Waiting {
    Mutex& mutex;
    CondVar& changed;
    Time deadline;
    bool being_woken = false;  // stays in the list meanwhile
  };

  // Under the waiter's mutex, so that it is asleep or has not looked at the time yet.
  void wake_due(MutexLock& lock) DM_UNCHECKED_LOCKING {
    for (Waiting& waiting : waiting_) waiting.being_woken = waiting.deadline <= now_;
    for (auto waiting = waiting_.begin(); waiting != waiting_.end(); ++waiting) {
      if (!waiting->being_woken) continue;
      lock.unlock();
      {
        const MutexLock theirs(waiting->mutex);
        waiting->changed.notify_all();
      }
      lock.lock();
      waiting->being_woken = false;
      changed_.notify_all();
    }
  }

  mutable Mutex mutex_;
  CondVar changed_;
  Time now_ DM_GUARDED_BY(mutex_){std::chrono::hours(1)};
  std::int64_t wall_us_ DM_GUARDED_BY(mutex_) = std::int64_t{800'000'000} * 1'000'000;  // in 2025
  std::list<Waiting> waiting_ DM_GUARDED_BY(mutex_);
};

}  // namespace deltamill
