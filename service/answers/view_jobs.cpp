// Starts rebuilds and verifications as jobs and puts together what they need. How they work stands
// in pipeline/rebuild and pipeline/verification.
#include "service/answers/view_jobs.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "service/deployment/full_query.h"
#include "service/deployment/resolve.h"
#include "service/http/deadline.h"
#include "service/pipeline/rebuild.h"
#include "service/pipeline/verification.h"
#include "service/pipeline/view_tables.h"

namespace deltamill {

namespace {

// That the view reads, directly or through other views.
std::vector<std::shared_ptr<const Table>> tables_of(const DeployedView& view,
                                                    const Deployment& deployment) {
  Deployment needed;
  for (const BoundView& bound : with_dependencies(view.binding.view, deployment.bound_views()))
    for (const DeployedView& deployed : deployment.views)
      if (deployed.binding.view.name == bound.name) needed.views.push_back(deployed);
  return needed.tables();
}

}  // namespace

ViewJobs::ViewJobs(Parts parts)
    : parts_(std::move(parts)),
      unfinished_(parts_.settings.state),
      board_changes_(parts_.board.on_change([this] { look_again(); })),
      moves_(parts_.positions.on_move([this] { look_again(); })),
      jobs_(parts_.clock) {}

void ViewJobs::take_up_unfinished() {
  const std::vector<DeployedView>& views = parts_.deployment.views;
  for (const auto& [id, name] : unfinished_.all()) {
    const auto view = std::ranges::find(
        views, name, [](const DeployedView& deployed) { return deployed.sink_view.name; });
    const auto offset = static_cast<std::uint32_t>(view - views.begin());
    // The view is gone from the project: so is what was to be built.
    if (view == views.end() || !start_rebuild(offset, id)) unfinished_.remove(id);
  }
}

std::optional<std::string> ViewJobs::start_rebuild(std::size_t view) {
  const std::string id = jobs_.new_id();
  const auto offset = static_cast<std::uint32_t>(view);
  // In the file before it may begin, so that no end of the process loses it.
  unfinished_.add(id, name_of(offset));
  auto started = start_rebuild(offset, id);
  if (!started) unfinished_.remove(id);
  return started;
}

std::optional<std::string> ViewJobs::start_rebuild(std::uint32_t view, const std::string& id) {
  const auto work = [this, view, id](JobControl& control) {
    try {
      std::string result = run_rebuild(view, control);
      unfinished_.remove(id);
      return result;
    } catch (...) {
      // What ends because the process does is left for the next one.
      if (!parts_.positions.stopping()) unfinished_.remove(id);
      throw;
    }
  };
  return jobs_.start(JobKind::rebuild, name_of(view), work, id);
}

std::optional<std::string> ViewJobs::start_verify(std::size_t view, std::size_t sample_max) {
  const auto offset = static_cast<std::uint32_t>(view);
  return jobs_.start(JobKind::verify, name_of(offset),
                     [this, offset, sample_max](JobControl& control) {
                       return run_verify(offset, sample_max, control);
                     });
}

bool ViewJobs::cancel(const std::string& id) {
  // A rebuild that somebody cancelled is not taken up by the next process.
  if (!jobs_.cancel(id)) return false;
  unfinished_.remove(id);
  return true;
}

std::string ViewJobs::run_rebuild(std::uint32_t view, JobControl& control) {
  const auto count = [&](const char* outcome) {
    parts_.metrics.add("rebuilds_total", 1, {{"view", name_of(view)}, {"outcome", outcome}});
  };
  try {
    std::string result = parts_.board.view(view).stopped ? rebuild_stopped(view, control)
                                                         : rebuild_live(view, control);
    count("done");
    return result;
  } catch (...) {
    count(control.stop().stop_requested() ? "cancelled" : "failed");
    throw;
  }
}

std::string ViewJobs::rebuild_live(std::uint32_t view, JobControl& control) {
  const EngineSlot::Loan engine = wait_for_engine(view, control);
  const std::vector<BoundView> bound = parts_.deployment.bound_views();
  RebuildTarget target{parts_.journal, *engine, parts_.sinks.keepers_of(view), {}, view};
  for (std::uint32_t offset = 0; offset < bound.size(); ++offset)
    target.views.push_back({bound[offset], offset});
  std::string result = rebuild_view(target, control);
  parts_.activated(view);
  return result;
}

// The engine does not follow a stopped view: it starts anew, loading it like a new one.
std::string ViewJobs::rebuild_stopped(std::uint32_t view, JobControl& control) {
  const std::uint64_t stops = parts_.board.view(view).stops;
  // What stopped it may lie between where it stands and here.
  const Frontier goal = parts_.journal.durable();
  control.phase("load");
  parts_.resume(view);
  const auto live_at_goal = [&] {
    const Board::View now = parts_.board.view(view);
    if (now.stops != stops) throw std::runtime_error(now.reason);
    return !now.stopped && now.condition == Condition::live &&
           parts_.positions.store_frontier() >= goal;
  };
  wait_until(live_at_goal, control);
  const StoreReader::Snapshot snapshot =
      parts_.store.open(deadline_of(parts_.settings.serve.query_timeout));
  const std::string& name = name_of(view);
  return fmt::format(R"({{"frontier":"{}","rows":{}}})", to_string(snapshot.view_frontier(name)),
                     snapshot.row_count(name));
}

// A view that stands still would have to be compared with the source of then.
void ViewJobs::require_following(std::uint32_t view) const {
  const Board::View now = parts_.board.view(view);
  if (!now.stopped) return;
  const std::string& name = name_of(view);
  throw std::runtime_error("the view is " + std::string(to_string(now.condition)) + " (" +
                           now.reason +
                           ") and does not follow the source, so there is nothing to " +
                           "compare it with; run `deltamill rebuild " + name + "`");
}

std::string ViewJobs::run_verify(std::uint32_t view, std::size_t sample_max, JobControl& control) {
  require_following(view);
  const EngineSlot::Loan engine = wait_for_engine(view, control);
  require_following(view);
  const DeployedView& deployed = parts_.deployment.views[view];
  const VerificationTarget target{
      .engine = *engine,
      .follower = parts_.sinks.store(),
      .store = parts_.store,
      .session = session_settings(parts_.settings),
      .slot = parts_.settings.source.slot,
      .tables = tables_of(deployed, parts_.deployment),
      .view = deployed.sink_view.name,
      .columns = deployed.sink_view.columns,
      .key = deployed.sink_view.key,
      .query = full_query(deployed, parts_.deployment),
      .sample_max = sample_max,
      .request_position = [this](Lsn lsn) { parts_.positions.request_position(lsn); }};
  const VerificationResult result = verify_view(target, control);
  const MetricLabels labels = {{"view", target.view}};
  parts_.metrics.set("verify_mismatched_rows", static_cast<double>(result.mismatched), labels);
  parts_.metrics.set("verify_timestamp_seconds", static_cast<double>(parts_.clock.unix_seconds()),
                     labels);
  return result.json;
}

// Settled: a generation that is being loaded by the engine cannot be rebuilt beside it, nor
// compared.
EngineSlot::Loan ViewJobs::wait_for_engine(std::uint32_t view, JobControl& control) {
  const auto settled = [&](const Engine&) {
    return std::ranges::all_of(parts_.sinks.keepers_of(view), &SinkFollower::settled);
  };
  EngineSlot::Loan engine = parts_.engine.wait_for(settled, control.stop());
  if (!engine) throw JobCancelled();
  return engine;
}

void ViewJobs::wait_until(const std::function<bool()>& done, JobControl& control) {
  MutexLock lock(mutex_);
  while (!done()) {
    if (control.stop().stop_requested()) throw JobCancelled();
    changed_.wait(lock, control.stop());
  }
}

void ViewJobs::look_again() {
  const MutexLock lock(mutex_);
  changed_.notify_all();
}

}  // namespace deltamill
