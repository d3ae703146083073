// What the engine and the sinks tell, turned into conditions, positions, metrics and trace events.
// A view is what its readers see, and they read the store: of conditions and positions only that
// sink's count.
#include "service/engine_events.h"

#include <string>
#include <utility>

#include "service/sinks.h"

namespace deltamill {

EngineListeners engine_listeners(
    const EngineEars& ears, std::function<void(std::uint64_t rows, std::uint64_t total)> loading,
    std::function<void()> measure) {
  EngineListeners listeners;
  listeners.read = [&ears, measure = std::move(measure)](const Block& block) {
    ears.positions.lag().known(block.to, block.oldest_commit_time);
    measure();
  };
  listeners.loading = std::move(loading);
  listeners.left_behind = [&ears](const SinkFollower& sink, const std::string& reason) {
    ears.trace.event(TraceLevel::warning, "sink.reloading", reason, {{"sink", sink.name()}});
    ears.metrics.add("sink_reloads_total", 1, {{"sink", sink.name()}});
  };
  listeners.failed = [&ears](const EngineFailure& failure) { ears.events.tell(failure); };
  return listeners;
}

SinkFollowerListeners sink_listeners(const EngineEars& ears, std::size_t sink) {
  SinkFollowerListeners listeners;
  listeners.committed = [&ears, sink](Frontier frontier) {
    ears.board.set_frontier(sink, frontier);
    if (sink == store_sink) ears.positions.committed(frontier);
  };
  listeners.live = [&ears, sink](const std::vector<std::uint32_t>& views, bool activated) {
    if (sink == store_sink) ears.conditions.live(views, activated);
    ears.slot.look_again();  // whoever waits for all views to follow
  };
  listeners.view_failed = [&ears](std::uint32_t view, const std::string& message) {
    // Before the commit that goes on without the view: the age of what it lacks is remembered.
    ears.positions.lag().hold(ears.positions.store_frontier());
    ears.events.tell(ViewFailed{view, message});
  };
  listeners.changed = [&ears, sink](SinkCondition condition, const std::string& error) {
    ears.board.set_sink(sink, condition, error);
    if (condition == SinkCondition::retrying || condition == SinkCondition::failed)
      ears.trace.event(TraceLevel::error, "sink.failed", error,
                       {{"sink", ears.board.sinks()[sink].name}});
    ears.slot.look_again();
  };
  return listeners;
}

}  // namespace deltamill
