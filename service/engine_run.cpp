// Starts, ends and restarts the engine. Jobs borrow it; before it ends, whoever holds it is made to
// give it back.
#include "service/engine_run.h"

#include <chrono>

namespace deltamill {

namespace {

// Whoever only looks at the engine is given time to leave it before jobs are ended for it.
constexpr std::chrono::milliseconds leave_patience(20);

}  // namespace

EngineRun::EngineRun(Parts parts) : parts_(std::move(parts)), gauges_(parts_.metrics) {
  // At 0 from the start: a counter that appears with its first event shows no increase.
  for (const char* const reason : {"failure", "view_stopped", "view_resumed", "source_gap"})
    parts_.metrics.add("dataflow_restarts_total", 0, {{"reason", reason}});
}

void EngineRun::start() {
  std::vector<StreamedView> views;
  for (const std::uint32_t view : parts_.ears.conditions.begin())
    views.push_back({parts_.deployment.views[view].binding.view, view});
  parts_.ears.board.set_all_sinks(SinkCondition::loading);
  EngineOptions options;
  options.memory_bytes_max = parts_.settings.memory_limit_bytes;
  // The same at each restart: a run that is to stop at a frontier stops there however often it
  // begins.
  options.until = parts_.until;
  engine_ = std::make_unique<Engine>(
      parts_.journal, parts_.clock, parts_.sinks.followers(), std::move(views), options,
      parts_.metrics,
      engine_listeners(parts_.ears, parts_.loading, [this] { measure_operators(); }));
  parts_.ears.slot.put(*engine_);
}

void EngineRun::stop() {
  if (!engine_) return;
  parts_.ears.slot.take_back(leave_patience, parts_.recall);
  engine_.reset();
}

void EngineRun::restart(const char* reason) {
  stop();
  parts_.metrics.add("dataflow_restarts_total", 1, {{"reason", reason}});
  start();
}

// On the engine's thread. While the engine is not lent yet, or no longer, nothing is measured.
void EngineRun::measure_operators() {
  const Clock::Time now = parts_.clock.now();
  if (!gauges_.due(now)) return;
  if (const EngineSlot::Loan engine = parts_.ears.slot.borrow()) gauges_.set(engine->sizes(), now);
}

}  // namespace deltamill
