// Each answer is put together from the parts that know it.
#include "service/operations.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <mutex>
#include <thread>

#include "service/deployment/full_query.h"
#include "service/deployment/resolve.h"
#include "service/http/deadline.h"
#include "service/pipeline/rebuild.h"
#include "service/pipeline/verification.h"
#include "service/pipeline/view_tables.h"
#include "service/pipeline/wall_clock.h"
#include "service/version.h"
#include "views/dataflow/graph.h"

namespace deltamill {

namespace {

constexpr std::size_t error_rows_max = 1000;
constexpr std::int64_t heartbeat_patience_ms = 10'000;
// Whoever only looks at the engine is given time to leave it before jobs are ended for it.
constexpr int engine_tries = 20;
constexpr std::chrono::milliseconds engine_try_pause(1);

std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// The smaller limit in milliseconds; 0 is none.
std::optional<std::int64_t> lag_allowed(std::chrono::milliseconds of_view,
                                        std::chrono::milliseconds of_all) {
  if (of_view.count() == 0 && of_all.count() == 0) return std::nullopt;
  if (of_view.count() == 0 || of_all.count() == 0) return std::max(of_view, of_all).count();
  return std::min(of_view, of_all).count();
}

double seconds_of(std::int64_t milliseconds) {
  return static_cast<double>(milliseconds) / 1000;
}

}  // namespace

Operations::Operations(Parts parts)
    : parts_(parts),
      version_(deltamill_version),
      served_(parts.deployment.served_views()),
      unfinished_(parts.settings.state) {
  const Graph graph(parts.deployment.bound_views());
  for (ServedView& view : served_) view.explain = graph.explain(view.name);
  lag_.heard(wall_clock_us());  // a source that never says anything is silent from here on
  alive();
}

Operations::~Operations() = default;

void Operations::use_engine(Engine* engine, SinkFollower* follower) {
  std::unique_lock lock(engine_mutex_, std::defer_lock);
  for (int tries = 1; !lock.try_lock(); ++tries) {
    if (tries % engine_tries == 0) jobs_.interrupt("the engine it used has ended");
    std::this_thread::sleep_for(engine_try_pause);
  }
  engine_ = engine;
  follower_ = follower;
}

void Operations::measure_operators() {
  const auto now = std::chrono::steady_clock::now();
  if (!operator_gauges_.due(now)) return;
  // Whoever changes the engine does not wait for this, nor this for him.
  const std::shared_lock lock(engine_mutex_, std::try_to_lock);
  if (lock.owns_lock() && engine_ != nullptr) operator_gauges_.set(engine_->sizes(), now);
}

void Operations::committed(Frontier frontier) {
  store_frontier_.store(frontier);
  lag_.reached(frontier);
  subscribers_.call_all();
}

Subscription Operations::on_move(std::function<void()> moved) {
  return subscribers_.add(std::move(moved));
}

void Operations::stop_waiting() {
  stopping_ = true;
  subscribers_.call_all();
}

bool Operations::stopping() const {
  return stopping_;
}

void Operations::alive() {
  alive_at_ms_ = steady_ms();
}

std::string Operations::epoch() const {
  return parts_.journal.epoch();
}

ViewState Operations::view_state(std::size_t view) const {
  ViewState state;
  const std::string& name = served_[view].name;
  state.condition = parts_.board.condition(view);
  state.reason = parts_.board.reason(view);
  StoreReader::Snapshot snapshot =
      parts_.store.open(deadline_of(parts_.settings.serve.query_timeout));
  state.generation = snapshot.generation(name);
  if (const std::int64_t previous = snapshot.previous_generation(name); previous != 0)
    state.previous_generation = previous;
  state.frontier = snapshot.table(name).empty() ? Frontier() : snapshot.view_frontier(name);
  state.rows = snapshot.row_count(name);
  state.error_rows = snapshot.error_rows(name);
  if (state.condition == Condition::live && state.error_rows != 0)
    state.condition = Condition::degraded;
  state.lag_ms = lag_ms(state.frontier);
  state.rebuild_job = jobs_.active(JobKind::rebuild, name);
  return state;
}

SourceState Operations::source_state() const {
  const SourceStatus status = parts_.source.status();
  SourceState state;
  state.connected = status.connected;
  state.position = status.position;
  state.received = status.received;
  state.confirmed = status.confirmed;
  state.lag_ms = lag_ms(store_frontier());
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

std::vector<SinkState> Operations::sink_states() const {
  SinkState state;
  state.name = parts_.settings.store_name();
  state.type = "sqlite";
  state.condition = parts_.board.sink_condition();
  state.error = parts_.board.sink_error();
  state.frontier = store_frontier();
  state.lag_ms = lag_ms(state.frontier);
  return {state};
}

JournalState Operations::journal_state() const {
  return {parts_.journal.oldest(), parts_.journal.durable(), parts_.journal.size_bytes()};
}

MemoryState Operations::memory_state() const {
  const std::shared_lock lock(engine_mutex_);
  return {parts_.settings.memory_limit_bytes, engine_ == nullptr ? 0 : engine_->memory_bytes()};
}

std::vector<ErrorRow> Operations::error_rows(std::size_t view) const {
  return parts_.errors.rows(view, error_rows_max);
}

std::optional<std::vector<OperatorState>> Operations::operators(std::size_t view) const {
  const std::shared_lock lock(engine_mutex_);
  // Before its first boundary the engine would answer only when all is loaded.
  if (engine_ == nullptr || engine_->frontier() == Frontier() || parts_.board.stopped(view))
    return std::nullopt;
  std::vector<OperatorSize> sizes;
  if (!engine_->run([&](Engine::Pause&) { sizes = engine_->sizes(); })) return std::nullopt;
  std::vector<OperatorState> states;
  for (const OperatorSize& size : sizes)
    if (std::ranges::find(size.readers, view) != size.readers.end())
      states.push_back({size.name, size.view.empty(), size.rows, size.bytes});
  return states;
}

std::int64_t Operations::lag_ms(Frontier frontier) const {
  lag_.heard(parts_.source.status().latest_message_time);
  return lag_.lag_ms(frontier, wall_clock_us());
}

bool Operations::threads_alive() const {
  return steady_ms() - alive_at_ms_ < heartbeat_patience_ms;
}

std::vector<ReadyCheck> Operations::ready_checks() const {
  std::vector<ReadyCheck> checks;
  for (std::size_t view = 0; view < served_.size(); ++view) {
    const DeployedView& deployed = parts_.deployment.views[view];
    if (!deployed.required) continue;
    const ViewState state = view_state(view);
    const auto allowed = lag_allowed(deployed.max_lag, parts_.settings.admin.ready_lag_max);
    ReadyCheck check;
    check.name = served_[view].name;
    check.ok = (state.condition == Condition::live || state.condition == Condition::degraded) &&
               (!allowed || state.lag_ms <= *allowed);
    check.detail = fmt::format("{}, lag {} ms", to_string(state.condition), state.lag_ms);
    if (allowed) check.detail += fmt::format(" of {} ms", *allowed);
    if (!state.reason.empty()) check.detail += ": " + state.reason;
    checks.push_back(std::move(check));
  }
  return checks;
}

std::string Operations::metrics_text() {
  Metrics& metrics = parts_.metrics;
  const MemoryState memory = memory_state();
  metrics.set("memory_limit_bytes", static_cast<double>(memory.limit_bytes));
  metrics.set("memory_bytes", static_cast<double>(memory.used_bytes), {{"use", "dataflow"}});
  const std::string& sink = parts_.settings.store_name();
  metrics.set("sink_lag_seconds", seconds_of(lag_ms(store_frontier())), {{"sink", sink}});
  metrics.set("journal_bytes", static_cast<double>(parts_.journal.size_bytes()));
  const std::int64_t oldest_us = parts_.journal.oldest_commit_time();
  const std::int64_t age_us = oldest_us == 0 ? 0 : wall_clock_us() - oldest_us;
  metrics.set("journal_oldest_age_seconds",
              static_cast<double>(std::max<std::int64_t>(age_us, 0)) / 1e6);
  const JournalQueue queue = parts_.journal.queue();
  metrics.set("queue_bytes", static_cast<double>(queue.bytes), {{"queue", "journal"}});
  metrics.set("queue_limit_bytes", static_cast<double>(queue.bytes_max), {{"queue", "journal"}});
  collect_source_metrics();
  collect_view_metrics();
  return metrics.text();
}

void Operations::collect_source_metrics() {
  Metrics& metrics = parts_.metrics;
  const SourceState source = source_state();
  const auto behind = [&](Lsn reached) {
    return source.position > reached ? static_cast<double>(source.position.value - reached.value)
                                     : 0.0;
  };
  metrics.set("source_connected", source.connected ? 1 : 0);
  metrics.set("source_lag_seconds", seconds_of(source.lag_ms));
  metrics.set("source_lag_bytes", behind(source.received), {{"stage", "received"}});
  metrics.set("source_lag_bytes", behind(parts_.journal.durable().end()), {{"stage", "journaled"}});
  metrics.set("source_lag_bytes", behind(source.confirmed), {{"stage", "confirmed"}});
  metrics.set("slot_retained_wal_bytes", static_cast<double>(source.retained_bytes));
  // Without max_slot_wal_keep_size PostgreSQL never drops the slot.
  metrics.set("slot_safe_wal_bytes", source.safe_bytes ? static_cast<double>(*source.safe_bytes)
                                                       : std::numeric_limits<double>::infinity());
  metrics.set("slot_active", source.slot_active ? 1 : 0);
  for (const char* const status : {"reserved", "extended", "unreserved", "lost"})
    metrics.set("slot_wal_status", source.wal_status == status ? 1 : 0, {{"status", status}});
}

void Operations::collect_view_metrics() {
  Metrics& metrics = parts_.metrics;
  for (const JobStatus& job : jobs_.all()) collect_rebuild_metrics(job);
  for (std::size_t view = 0; view < served_.size(); ++view) {
    const std::string& name = served_[view].name;
    const ViewState state = view_state(view);
    metrics.set("view_lag_seconds", seconds_of(state.lag_ms), {{"view", name}});
    metrics.set("view_rows", static_cast<double>(state.rows), {{"view", name}});
    metrics.set("view_error_rows", static_cast<double>(state.error_rows), {{"view", name}});
    metrics.set("view_generation", static_cast<double>(state.generation), {{"view", name}});
    for (const Condition condition : all_conditions)
      metrics.set("view_condition", state.condition == condition ? 1 : 0,
                  {{"view", name}, {"condition", to_string(condition)}});
  }
}

void Operations::collect_rebuild_metrics(const JobStatus& job) {
  if (job.kind != JobKind::rebuild || job.state == JobState::queued) return;
  const auto rows = static_cast<double>(job.rows);
  const double left = std::max(static_cast<double>(job.total_rows) - rows, 0.0);
  double ratio = rows > 0 ? rows / (rows + left) : 0.0;
  if (job.state == JobState::done) ratio = 1.0;
  const bool moves = job.state == JobState::running && job.rows_per_second > 0;
  const MetricLabels labels = {{"view", job.view}};
  parts_.metrics.set("rebuild_progress_ratio", ratio, labels);
  parts_.metrics.set("rebuild_eta_seconds", moves ? left / job.rows_per_second : 0.0, labels);
}

void Operations::count_request(const char* route, int status, double seconds) {
  parts_.metrics.add("http_requests_total", 1,
                     {{"route", route}, {"code", std::to_string(status)}});
  parts_.metrics.observe("http_request_seconds", seconds, {{"route", route}});
}

std::optional<std::string> Operations::start_rebuild(std::size_t view) {
  const std::string id = jobs_.new_id();
  unfinished_.add(id, served_[view].name);
  auto started = start_rebuild(view, id);
  if (!started) unfinished_.remove(id);
  return started;
}

std::optional<std::string> Operations::start_rebuild(std::size_t view, const std::string& id) {
  const auto work = [this, view, id](JobControl& control) {
    try {
      std::string result = run_rebuild(view, control);
      unfinished_.remove(id);
      return result;
    } catch (...) {
      if (!stopping()) unfinished_.remove(id);
      throw;
    }
  };
  return jobs_.start(JobKind::rebuild, served_[view].name, work, id);
}

void Operations::resume_rebuilds() {
  for (const auto& [id, name] : unfinished_.all()) {
    const auto view = std::ranges::find(served_, name, &ServedView::name);
    const auto offset = static_cast<std::size_t>(view - served_.begin());
    if (view == served_.end() || !start_rebuild(offset, id)) unfinished_.remove(id);
  }
}

bool Operations::cancel(const std::string& id) {
  if (!jobs_.cancel(id)) return false;
  unfinished_.remove(id);
  return true;
}

std::optional<std::string> Operations::start_verify(std::size_t view, std::size_t sample_max) {
  return jobs_.start(JobKind::verify, served_[view].name,
                     [this, view, sample_max](JobControl& control) {
                       return run_verify(view, sample_max, control);
                     });
}

std::string Operations::run_rebuild(std::size_t view, JobControl& control) {
  const auto count = [&](const char* outcome) {
    parts_.metrics.add("rebuilds_total", 1, {{"view", served_[view].name}, {"outcome", outcome}});
  };
  try {
    std::string result =
        parts_.board.stopped(view) ? rebuild_stopped(view, control) : rebuild_live(view, control);
    count("done");
    return result;
  } catch (...) {
    count(control.stop().stop_requested() ? "cancelled" : "failed");
    throw;
  }
}

Operations::EngineLock Operations::wait_for_engine(JobControl& control) const {
  while (!control.stop().stop_requested()) {
    EngineLock lock(engine_mutex_);
    if (engine_ != nullptr && follower_->settled()) return lock;
    lock.unlock();
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  throw JobCancelled();
}

std::string Operations::rebuild_live(std::size_t view, JobControl& control) {
  const EngineLock lock = wait_for_engine(control);
  const std::vector<BoundView> bound = parts_.deployment.bound_views();
  RebuildTarget target{parts_.journal, *engine_, {follower_}, {}, static_cast<std::uint32_t>(view)};
  for (std::uint32_t offset = 0; offset < bound.size(); ++offset)
    target.views.push_back({bound[offset], offset});
  std::string result = rebuild_view(target, control);
  parts_.activated(view);
  return result;
}

// The engine does not follow a stopped view: it starts anew, loading it like a new one.
std::string Operations::rebuild_stopped(std::size_t view, JobControl& control) {
  const Board& board = parts_.board;
  const std::uint64_t stops = board.stops(view);
  // What stopped it may lie between where it stands and here.
  const Frontier goal = parts_.journal.durable();
  control.phase("load");
  parts_.resume(view);
  while (board.stopped(view) || board.condition(view) != Condition::live ||
         store_frontier() < goal) {
    if (board.stops(view) != stops) throw std::runtime_error(board.reason(view));
    if (control.stop().stop_requested()) throw JobCancelled();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  const ViewState state = view_state(view);
  return fmt::format(R"({{"frontier":"{}","rows":{}}})", to_string(state.frontier), state.rows);
}

std::string Operations::run_verify(std::size_t view, std::size_t sample_max, JobControl& control) {
  const EngineLock lock = wait_for_engine(control);
  const DeployedView& deployed = parts_.deployment.views[view];
  Deployment with_dependencies_only;
  for (const BoundView& one :
       with_dependencies(deployed.binding.view, parts_.deployment.bound_views()))
    for (const DeployedView& other : parts_.deployment.views)
      if (other.binding.view.name == one.name) with_dependencies_only.views.push_back(other);
  const VerificationTarget target{
      .engine = *engine_,
      .follower = *follower_,
      .store = parts_.store,
      .session = session_settings(parts_.settings),
      .slot = parts_.settings.source.slot,
      .tables = with_dependencies_only.tables(),
      .view = deployed.sink_view.name,
      .columns = deployed.sink_view.columns,
      .key = deployed.sink_view.key,
      .query = full_query(deployed, parts_.deployment),
      .sample_max = sample_max,
      .request_position = [this](Lsn position) { parts_.source.request_position(position); }};
  const VerificationResult result = verify_view(target, control);
  parts_.metrics.set("verify_mismatched_rows", static_cast<double>(result.mismatched),
                     {{"view", target.view}});
  parts_.metrics.set("verify_timestamp_seconds", static_cast<double>(unix_seconds()),
                     {{"view", target.view}});
  return result.json;
}

}  // namespace deltamill
