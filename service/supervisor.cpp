// The loop that keeps the service going: takes an event, acts on it, looks whether the goal is
// reached. What follows from a failure is decided in failures.cpp, whether the goal is reached in
// goal.cpp.
#include "service/supervisor.h"

#include <algorithm>

#include "service/source/source_failed.h"

namespace deltamill {

namespace {

// Between two looks at what nobody tells of. Commits and conditions wake the loop by themselves.
constexpr std::chrono::milliseconds round_pause(100);

}  // namespace

Supervisor::Supervisor(Parts parts, bool once, std::optional<Frontier> until)
    : parts_(parts),
      once_(once),
      goal_{{}, until},
      watch_(parts.settings, parts.source, parts.metrics, parts.trace),
      moves_(parts.positions.on_move([this] {
        failures_.forget();
        if (once_ || goal_.until) parts_.events.wake();
      })),
      board_changes_(parts.board.on_change([this] {
        if (once_ || goal_.until) parts_.events.wake();
      })) {}

bool Supervisor::run(const std::stop_token& stop) {
  // Stopped while it waited for the source: a clean end.
  if (!prepare_source(parts_.source_start, false, stop)) return true;
  const Frontier stored = parts_.positions.store_frontier();
  if (goal_.until && stored > *goal_.until) {
    complain("sink \"" + parts_.settings.store_name() + "\" is at " + to_string(stored) +
             ", past " + to_string(*goal_.until));
    return false;
  }
  // Read before anything streams: what is committed by now is what --once has to reach.
  if (once_) goal_.position = parts_.source.current_wal_position();
  stop_views_without_children();
  parts_.source.start();
  parts_.engine.start();
  const bool done = supervise(stop);
  // In the order of the flow backwards, readers first: nobody waits for a commit that will not
  // come.
  parts_.positions.stop_waiting();
  parts_.engine.stop();
  parts_.source.stop();
  parts_.trace.event(TraceLevel::info, "service.stopped", done ? "stopped" : "gave up");
  return done;
}

bool Supervisor::supervise(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    // Seen by /healthz. A round that hangs is a process that should be restarted.
    parts_.heartbeat.beat();
    watch_.look();
    // An idle source would bring the position with its next keepalive only.
    if (goal_.given()) parts_.source.request_position(goal_.lsn());
    if (const std::optional<bool> done = outcome()) return *done;
    const auto deadline = parts_.clock.now() + round_pause;
    const std::optional<Event> event = parts_.events.next(deadline, stop);
    if (!event) continue;
    const bool goes_on = std::visit([&](const auto& told) { return handle(told, stop); }, *event);
    if (!goes_on) return stop.stop_requested();
  }
  return true;
}

std::optional<bool> Supervisor::outcome() const {
  const Frontier stored = parts_.positions.store_frontier();
  switch (state_of(goal_, stored, parts_.board.views(), parts_.board.sinks())) {
    case GoalState::under_way: return std::nullopt;
    case GoalState::reached: return true;
    case GoalState::missed: complain(why_missed()); return false;
    case GoalState::passed: break;
  }
  complain("the views are at " + to_string(stored.end()) + ", past the frontier to stop at");
  return false;
}

std::string Supervisor::why_missed() const {
  const std::vector<Board::View> views = parts_.board.views();
  const auto view = std::ranges::find(views, true, &Board::View::stopped);
  if (view != views.end())
    return "view " +
           parts_.deployment.views[static_cast<std::size_t>(view - views.begin())].sink_view.name +
           " has stopped: " + view->reason;
  const std::vector<Board::Sink> sinks = parts_.board.sinks();
  const auto sink = std::ranges::find(sinks, SinkCondition::failed, &Board::Sink::condition);
  return sink == sinks.end() ? "a sink has failed"
                             : "sink " + sink->name + " has failed: " + sink->error;
}

bool Supervisor::handle(const EngineFailure& failure, const std::stop_token& stop) {
  parts_.engine.stop();
  const EngineRemedy remedy = failures_.remedy_for(failure);
  // The others start again without them, in the memory and time that these took.
  if (const auto* const stop_views = std::get_if<StopViews>(&remedy)) {
    for (const std::uint32_t view : stop_views->views)
      parts_.conditions.stop(view, failure.message);
    parts_.engine.restart("view_stopped");
    return true;
  }
  parts_.trace.event(TraceLevel::error, "engine.failed", failure.message);
  const auto* const again = std::get_if<StartAgain>(&remedy);
  if (again == nullptr || !parts_.clock.pause_for(again->pause, stop)) return false;
  parts_.engine.restart("failure");
  return true;
}

// The engine goes on: nobody takes what it still makes for these views.
bool Supervisor::handle(const ViewFailed& failed, const std::stop_token& /*stop*/) {
  parts_.conditions.stop(failed.view, failed.message);
  return true;
}

bool Supervisor::handle(const Resume& resume, const std::stop_token& /*stop*/) {
  parts_.engine.stop();
  parts_.conditions.resume(resume.view);
  stop_views_without_children();
  parts_.engine.restart("view_resumed");
  return true;
}

// Rows of the new child are missing from views on its parent, so these are wrong from this moment
// on.
bool Supervisor::handle(const Inherited& inherited, const std::stop_token& /*stop*/) {
  const auto views = parts_.conditions.lacking_children(inherited.tables);
  if (views.empty()) return true;
  parts_.engine.stop();
  for (const auto& [view, reason] : views) parts_.conditions.stop(view, reason);
  parts_.engine.restart("view_stopped");
  return true;
}

bool Supervisor::handle(const SourceEnded& ended, const std::stop_token& stop) {
  const SourceEnd end = source_end(ended.reason, parts_.settings.source.on_gap);
  parts_.trace.event(TraceLevel::error, end.gap ? "source.gap" : "source.failed", end.message);
  return end.begins_anew && restart_after_gap(stop, end.message);
}

// Another history: everything is read again and every view is loaded anew, while readers keep the
// old generations.
bool Supervisor::restart_after_gap(const std::stop_token& stop, const std::string& reason) {
  parts_.engine.stop();
  parts_.source.stop();
  parts_.board.set_all_sinks(SinkCondition::loading, reason);
  if (!prepare_source(parts_.source_start, true, stop)) return false;
  parts_.source.start();
  parts_.engine.restart("source_gap");
  return true;
}

// Asks rather than waits to be told: nobody is to see these views live in between. A source that
// does not answer is asked again by its watch.
// REQUIRES: no engine runs.
void Supervisor::stop_views_without_children() {
  try {
    for (const auto& [view, reason] :
         parts_.conditions.lacking_children(parts_.source.inherited_tables()))
      parts_.conditions.stop(view, reason);
  } catch (const SourceFailed& failed) {
    parts_.trace.event(TraceLevel::warning, "source.trouble", failed.what());
  }
}

void Supervisor::complain(const std::string& message) const {
  parts_.trace.event(TraceLevel::error, "service.stopped", message);
}

}  // namespace deltamill
