// What is known of each view and each sink while the process runs: how it is doing, and why.
// Written by the supervisor and by what the engine and the sinks tell; read by HTTP, metrics and
// jobs.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "service/condition.h"
#include "service/http/subscription.h"
#include "service/mutex.h"
#include "service/pipeline/sink_condition.h"
#include "views/data/frontier.h"

namespace deltamill {

// Thread-safe. Views and sinks are known by their offsets in the project's lists.
class Board {
 public:
  struct View {
    // `degraded` is told apart by the store's count of rows in error, not here.
    Condition condition = Condition::loading;
    std::string reason;
    bool stopped = false;     // by a failure: stale or failed, until it is resumed
    std::uint64_t stops = 0;  // so far
  };
  struct Sink {
    std::string name;
    std::string type;
    SinkCondition condition = SinkCondition::loading;
    std::string error;
    Frontier frontier;
  };

  Board(std::size_t view_count, std::vector<Sink> sinks)
      : views_(view_count), sinks_(std::move(sinks)) {}

  void set(std::size_t view, Condition condition, std::string reason = {});
  void stop(std::size_t view, Condition condition, std::string reason);
  [[nodiscard]] View view(std::size_t view) const;
  [[nodiscard]] std::vector<View> views() const;

  void set_sink(std::size_t sink, SinkCondition condition, std::string error = {});
  void set_all_sinks(SinkCondition condition, const std::string& error = {});
  // What is committed there.
  void set_frontier(std::size_t sink, Frontier frontier);
  [[nodiscard]] std::vector<Sink> sinks() const;

  // Calls `changed` after each change of a view or of a sink's condition, on the thread that made
  // it. REQUIRES: as Subscribers::add.
  [[nodiscard]] Subscription on_change(std::function<void()> changed) {
    return subscribers_.add(std::move(changed));
  }

 private:
  mutable Mutex mutex_;
  std::vector<View> views_ DM_GUARDED_BY(mutex_);
  std::vector<Sink> sinks_ DM_GUARDED_BY(mutex_);
  Subscribers subscribers_;
};

}  // namespace deltamill
