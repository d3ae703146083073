// What to do when the engine or the source has ended: pure decisions of the supervisor.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <string>
#include <variant>
#include <vector>

#include "service/configuration/settings.h"
#include "service/pipeline/engine.h"

namespace deltamill {

// The engine goes on without these views, at once.
struct StopViews {
  std::vector<std::uint32_t> views;
};
// It is started again after a pause.
struct StartAgain {
  std::chrono::milliseconds pause{0};
};
struct GiveUp {};
using EngineRemedy = std::variant<StopViews, StartAgain, GiveUp>;

// Failures of the whole engine in a row, without a commit between.
class FailureCount {
 public:
  // Counts the failure. Pauses double, from 200 ms to 10 s; the ninth failure in a row is the last.
  [[nodiscard]] EngineRemedy remedy_for(const EngineFailure& failure);
  // Something was committed. Any thread.
  void forget() { in_a_row_ = 0; }

 private:
  std::atomic<std::uint32_t> in_a_row_ = 0;
};

struct SourceEnd {
  std::string message;
  bool gap = false;          // what follows is another history
  bool begins_anew = false;  // a gap, and the settings ask for everything to be read again
};
[[nodiscard]] SourceEnd source_end(const std::exception_ptr& reason, OnGap on_gap);

}  // namespace deltamill
