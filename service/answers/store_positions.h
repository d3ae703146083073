// How far the local store is, and how old what it lacks. Told of by the sink's commits and by what
// the engine reads.
#pragma once

#include <atomic>

#include "service/atomic_frontier.h"
#include "service/clock.h"
#include "service/http/positions.h"
#include "service/pipeline/lag.h"
#include "service/source/source.h"

namespace deltamill {

class StorePositions : public Positions {
 public:
  // All outlive it.
  StorePositions(Source& source, Clock& clock, LagTracker& lag)
      : source_(source), clock_(clock), lag_(lag) {}

  // The store is at this frontier. Any thread.
  void committed(Frontier frontier);
  // The service stops: ends all waiting. Any thread.
  void stop_waiting();
  [[nodiscard]] LagTracker& lag() const { return lag_; }

  [[nodiscard]] Frontier store_frontier() const override { return store_frontier_.load(); }
  [[nodiscard]] std::int64_t lag_ms(Frontier frontier) const override;
  void request_position(Lsn lsn) override { source_.request_position(lsn); }
  [[nodiscard]] Subscription on_move(std::function<void()> moved) override {
    return subscribers_.add(std::move(moved));
  }
  [[nodiscard]] bool stopping() const override { return stopping_; }

 private:
  Source& source_;
  Clock& clock_;
  LagTracker& lag_;
  AtomicFrontier store_frontier_;
  std::atomic<bool> stopping_ = false;
  Subscribers subscribers_;
};

}  // namespace deltamill
