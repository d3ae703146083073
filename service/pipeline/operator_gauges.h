// The sizes of operators as metrics. They can only be taken on the engine's thread, so they are as
// of the last time, a few seconds ago, that it had one to spare.
#pragma once

#include <chrono>
#include <vector>

#include "service/telemetry/metrics.h"
#include "views/dataflow/graph.h"

namespace deltamill {

// For one thread.
class OperatorGauges {
 public:
  explicit OperatorGauges(Metrics& metrics) : metrics_(metrics) {}

  [[nodiscard]] bool due(std::chrono::steady_clock::time_point now) const { return now >= next_; }
  // Operators of one name in one view are shown together.
  void set(const std::vector<OperatorSize>& sizes, std::chrono::steady_clock::time_point now);

 private:
  Metrics& metrics_;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace deltamill
