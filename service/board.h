// What is known of each view while the process runs: its condition and the reason. Written by the
// control thread and the engine's callbacks, read by HTTP and metrics.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "service/condition.h"

namespace deltamill {

class Board {
 public:
  explicit Board(std::size_t view_count) : views_(view_count) {}

  void set(std::size_t view, Condition condition, std::string reason = {});
  // Stopped by a failure: stale or failed, until it is set again.
  void stop(std::size_t view, Condition condition, std::string reason);
  // live, stale, …; `degraded` is told apart by the store's count of rows in error, not here.
  [[nodiscard]] Condition condition(std::size_t view) const;
  [[nodiscard]] std::string reason(std::size_t view) const;
  [[nodiscard]] bool stopped(std::size_t view) const;
  // How often it was stopped so far.
  [[nodiscard]] std::uint64_t stops(std::size_t view) const;

  // How the sink is doing: following, loading, retrying, failed.
  void set_sink(std::string condition, std::string error = {});
  [[nodiscard]] std::string sink_condition() const;
  [[nodiscard]] std::string sink_error() const;

 private:
  struct View {
    Condition condition = Condition::loading;
    std::string reason;
    bool stopped = false;
    std::uint64_t stops = 0;
  };

  mutable std::mutex mutex_;
  std::vector<View> views_;                 // guarded by mutex_
  std::string sink_condition_ = "loading";  // guarded by mutex_
  std::string sink_error_;                  // guarded by mutex_
};

}  // namespace deltamill
