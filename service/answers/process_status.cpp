// Answers about the process, put together from where each thing is known. Nothing is kept here: an
// answer is as of the moment it is asked for.
#include "service/answers/process_status.h"

#include <fmt/format.h>

#include <algorithm>

#include "service/answers/metrics_page.h"
#include "service/http/deadline.h"
#include "service/version.h"
#include "views/dataflow/graph.h"

namespace deltamill {

namespace {

constexpr std::size_t error_rows_max = 1000;

// The smaller limit in milliseconds; 0 is none.
std::optional<std::int64_t> lag_allowed(std::chrono::milliseconds of_view,
                                        std::chrono::milliseconds of_all) {
  if (of_view.count() == 0 && of_all.count() == 0) return std::nullopt;
  if (of_view.count() == 0 || of_all.count() == 0) return std::max(of_view, of_all).count();
  return std::min(of_view, of_all).count();
}

}  // namespace

ProcessStatus::ProcessStatus(Parts parts)
    : parts_(parts), version_(deltamill_version), served_(parts.deployment.served_views()) {
  // Only to be printed, once: a plan does not change while the process runs.
  const Graph graph(parts.deployment.bound_views());
  for (ServedView& view : served_) view.explain = graph.explain(view.name);
}

ViewState ProcessStatus::view_state(std::size_t view) const {
  ViewState state;
  const std::string& name = served_[view].name;
  const Board::View shown = parts_.board.view(view);
  state.condition = shown.condition;
  state.reason = shown.reason;
  const StoreReader::Snapshot snapshot =
      parts_.store.open(deadline_of(parts_.settings.serve.query_timeout));
  state.generation = snapshot.generation(name);
  if (const std::int64_t previous = snapshot.previous_generation(name); previous != 0)
    state.previous_generation = previous;
  // Frontier, rows and errors from one snapshot; the condition is a moment older at most.
  state.frontier = snapshot.table(name).empty() ? Frontier() : snapshot.view_frontier(name);
  state.rows = snapshot.row_count(name);
  state.error_rows = snapshot.error_rows(name);
  // Degraded is live with rows in error; which rows readers see, only the store knows.
  if (state.condition == Condition::live && state.error_rows != 0)
    state.condition = Condition::degraded;
  state.lag_ms = parts_.positions.lag_ms(state.frontier);
  state.rebuild_job = parts_.jobs.rebuild_of(name);
  return state;
}

SourceState ProcessStatus::source_state() const {
  const SourceStatus status = parts_.source.status();
  SourceState state;
  state.connected = status.connected;
  state.position = status.position;
  state.received = status.received;
  state.confirmed = status.confirmed;
  state.lag_ms = parts_.positions.lag_ms(parts_.positions.store_frontier());
  if (const auto identity = parts_.journal.identity()) {
    state.system_id = identity->system_id;
    state.timeline = identity->timeline;
  }
  state.slot = parts_.settings.source.slot;
  state.slot_active = status.slot_active;
  state.wal_status = status.wal_status;
  state.retained_bytes = status.retained_bytes;
  state.safe_bytes = status.safe_bytes;
  return state;
}

std::vector<SinkState> ProcessStatus::sink_states() const {
  std::vector<SinkState> states;
  for (const Board::Sink& sink : parts_.board.sinks()) {
    SinkState state;
    state.name = sink.name;
    state.type = sink.type;
    state.condition = to_string(sink.condition);
    state.error = sink.error;
    state.frontier = sink.frontier;
    state.lag_ms = parts_.positions.lag_ms(sink.frontier);
    states.push_back(std::move(state));
  }
  return states;
}

JournalState ProcessStatus::journal_state() const {
  return {parts_.journal.oldest(), parts_.journal.durable(), parts_.journal.size_bytes()};
}

MemoryState ProcessStatus::memory_state() const {
  MemoryState state;
  state.limit_bytes = parts_.settings.memory_limit_bytes;
  if (const EngineSlot::Loan engine = parts_.engine.borrow())
    state.used_bytes = engine->memory_bytes();
  return state;
}

std::vector<ErrorRow> ProcessStatus::error_rows(std::size_t view) const {
  return parts_.errors.rows(view, error_rows_max);
}

std::optional<std::vector<OperatorState>> ProcessStatus::operators(std::size_t view) const {
  const EngineSlot::Loan engine = parts_.engine.borrow();
  // Before its first boundary the engine would answer only when all is loaded.
  if (!engine || engine->frontier() == Frontier() || parts_.board.view(view).stopped)
    return std::nullopt;
  std::vector<OperatorSize> sizes;
  // On the engine's thread, between two batches: sizes change under its hands.
  if (!engine->run([&](Engine::Pause&) { sizes = engine->sizes(); })) return std::nullopt;
  std::vector<OperatorState> states;
  for (const OperatorSize& size : sizes)
    if (std::ranges::find(size.readers, view) != size.readers.end())
      states.push_back({size.name, size.view.empty(), size.rows, size.bytes});
  return states;
}

ReadyCheck ProcessStatus::ready_check(std::size_t view) const {
  const ViewState state = view_state(view);
  const auto allowed =
      lag_allowed(parts_.deployment.views[view].max_lag, parts_.settings.admin.ready_lag_max);
  ReadyCheck check;
  check.name = served_[view].name;
  // Degraded is ready: every row that has a result is there, and a restart or another instance
  // would have the same errors.
  check.ok = (state.condition == Condition::live || state.condition == Condition::degraded) &&
             (!allowed || state.lag_ms <= *allowed);
  check.detail = fmt::format("{}, lag {} ms", to_string(state.condition), state.lag_ms);
  if (allowed) check.detail += fmt::format(" of {} ms", *allowed);
  if (!state.reason.empty()) check.detail += ": " + state.reason;
  return check;
}

// Lags are ages of what is known. Only a position that the server told at connecting says that
// everything of the time before is there.
ReadyCheck ProcessStatus::source_check() const {
  const std::optional<Lsn> position = parts_.source.status().position_at_connecting;
  const Frontier stored = parts_.positions.store_frontier();
  ReadyCheck check;
  check.name = "source";
  check.ok = position && stored.has_reached(*position);
  if (!position)
    check.detail = "not connected yet";
  else
    check.detail =
        fmt::format("at {} {} {}, its position when it was connected", to_string(stored.end()),
                    check.ok ? "of" : "before", to_string(*position));
  return check;
}

std::vector<ReadyCheck> ProcessStatus::ready_checks() const {
  std::vector<ReadyCheck> checks{source_check()};
  for (std::size_t view = 0; view < served_.size(); ++view)
    if (parts_.deployment.views[view].required) checks.push_back(ready_check(view));
  return checks;
}

std::string ProcessStatus::metrics_text() {
  return metrics_page(*this, parts_.journal, parts_.jobs.all(), parts_.clock, parts_.metrics);
}

void ProcessStatus::count_request(const char* route, int status, double seconds) {
  parts_.metrics.add("http_requests_total", 1,
                     {{"route", route}, {"code", std::to_string(status)}});
  parts_.metrics.observe("http_request_seconds", seconds, {{"route", route}});
}

}  // namespace deltamill
