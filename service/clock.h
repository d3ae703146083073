// The only way of the process to learn the time or to wait for it. Whoever needs it is given a
// Clock; tests give one that they hold (tests/support/held_clock.h).
#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <utility>

#include "service/mutex.h"

namespace deltamill {

// Seconds between 1970-01-01 and 2000-01-01.
inline constexpr std::int64_t postgres_epoch_s = 946'684'800;

class Clock {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::steady_clock::duration;

  virtual ~Clock() = default;

  // Never goes back: for deadlines and durations.
  [[nodiscard]] virtual Time now() const = 0;
  // Microseconds since 2000-01-01 UTC, as commits carry them: for ages and timestamps only. No
  // decision that shapes output reads it.
  [[nodiscard]] virtual std::int64_t wall_us() const = 0;

  // Waits on `changed` until it is notified, the deadline passes or `stop` is requested; returns
  // for no reason too. REQUIRES: `lock` is held.
  virtual void wait_until(MutexLock& lock, CondVar& changed, Time deadline,
                          const std::stop_token& stop) = 0;

  // Waits for the deadline alone. False = `stop` was requested before the deadline.
  bool pause_until(Time deadline, const std::stop_token& stop) {
    Mutex mutex;
    CondVar never;
    MutexLock lock(mutex);
    while (now() < deadline && !stop.stop_requested()) wait_until(lock, never, deadline, stop);
    return !stop.stop_requested();
  }
  bool pause_for(Duration duration, const std::stop_token& stop) {
    return pause_until(now() + duration, stop);
  }

  [[nodiscard]] std::int64_t unix_seconds() const {
    return wall_us() / 1'000'000 + postgres_epoch_s;
  }
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override { return std::chrono::steady_clock::now(); }
  [[nodiscard]] std::int64_t wall_us() const override {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::microseconds>(now).count() -
           postgres_epoch_s * 1'000'000;
  }
  void wait_until(MutexLock& lock, CondVar& changed, Time deadline,
                  const std::stop_token& stop) override {
    bool woken = false;
    changed.changed_.wait_until(lock, stop, deadline, [&] { return std::exchange(woken, true); });
  }
};

}  // namespace deltamill
