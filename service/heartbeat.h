// Whether the thread that supervises the process still does its rounds: /healthz.
#pragma once

#include <atomic>
#include <chrono>

#include "service/clock.h"

namespace deltamill {

// Any thread.
class Heartbeat {
 public:
  // The clock outlives it.
  explicit Heartbeat(const Clock& clock) : clock_(clock), latest_(clock.now()) {}

  void beat() { latest_ = clock_.now(); }
  [[nodiscard]] bool alive() const { return clock_.now() - latest_.load() < patience; }

 private:
  static constexpr std::chrono::seconds patience{10};

  const Clock& clock_;
  std::atomic<Clock::Time> latest_;
};

}  // namespace deltamill
