// Starts in flow order: journal, sink, HTTP (which serves what the sink already holds), source,
// engine.
#include "service/service.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <random>
#include <ranges>

#include "service/http/deadline.h"
#include "service/pipeline/view_tables.h"
#include "service/source/source_failed.h"
#include "service/version.h"

namespace deltamill {

namespace {

constexpr std::chrono::milliseconds round_pause(20);
// Threads that read for requests; what waits, for a position or for a slow client, holds none.
constexpr std::size_t public_threads = 32;
constexpr std::size_t admin_threads = 8;
constexpr std::size_t public_large_answers = 32;
constexpr std::size_t admin_large_answers = 4;
// A reading thread holds one at a time, a large answer one until it is sent.
constexpr std::size_t store_connections =
    public_threads + admin_threads + public_large_answers + admin_large_answers;
constexpr std::uint32_t engine_failures_max = 8;  // in a row, without a commit between
constexpr std::chrono::milliseconds retry_delay_max(10'000);

std::string random_epoch() {
  std::random_device device;
  return fmt::format("{:08x}{:08x}", device(), device());
}

std::string started_at() {
  return fmt::format(
      "{:%Y-%m-%dT%H:%M:%SZ}",
      fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())));
}

std::string url_of(const Server* server) {
  if (server == nullptr) return {};
  return server->port() == 0 ? server->address() : "http://" + server->address();
}

std::string message_of(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& what) {
    return what.what();
  } catch (...) {
    return "unknown failure";
  }
}

Remedy remedy_of(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const SourceFailed& failed) {
    return failed.remedy();
  } catch (...) {
    return Remedy::stop;
  }
}

}  // namespace

Service::Service(ResolvedProject project, ServiceOptions options, Trace& trace)
    : project_(std::move(project)),
      options_(std::move(options)),
      settings_(project_.files.settings),
      trace_(trace),
      lock_(settings_.state),
      board_(project_.deployment.views.size()),
      errors_(project_.deployment.views.size()),
      told_live_(project_.deployment.views.size()) {
  metrics_.set("build_info", 1, {{"version", deltamill_version}, {"commit", deltamill_commit}});
  metrics_.set("start_time_seconds", static_cast<double>(std::time(nullptr)));
  for (const char* const reason : {"failure", "view_stopped", "view_resumed", "source_gap"})
    metrics_.add("dataflow_restarts_total", 0, {{"reason", reason}});
  open_stores();
}

Service::~Service() {
  stop_engine();
  // A commit may be under way that tells of itself to what is about to go.
  if (follower_) follower_->run([](Sink&) {});
  stop_listening();
  if (source_) source_->stop();
  if (operations_) remove_run_file(settings_.state);
}

// Positions in the store are those of one journal history; under another one every view is loaded
// anew.
void Service::open_sink() {
  sink_epoch_ = journal_->epoch();
  follower_.reset();
  sink_.reset();
  sink_ = std::make_unique<SqliteSink>(
      settings_.store_path().string(), sink_epoch_, random_epoch(),
      project_.deployment.sink_views(),
      SqliteSinkOptions{.keep_generations = settings_.keep_generations});
  SinkFollowerOptions options;
  options.type = "sqlite";
  options.worker.name = settings_.store_name();
  options.errors = &errors_;
  for (std::uint32_t view = 0; view < project_.deployment.views.size(); ++view)
    options.views.push_back(view);
  follower_ = std::make_unique<SinkFollower>(*sink_, project_.deployment.views.size(), options,
                                             metrics_, follower_listeners());
}

void Service::reload_sink() {
  open_sink();
  if (!sink_->epoch_changed()) return;
  trace_.event(TraceLevel::warning, "sink.reloading", "every view is loaded anew",
               {{"sink", settings_.store_name()}});
  metrics_.add("sink_reloads_total", 1, {{"sink", settings_.store_name()}});
}

void Service::open_stores() {
  JournalOptions journal;
  journal.committed = [this](std::chrono::duration<double> taken) {
    metrics_.observe("journal_commit_seconds", taken.count());
  };
  journal_ = open_journal((settings_.state / "journal.db").string(), journal);
  open_sink();
  store_ = std::make_unique<StoreReader>(settings_.store_path().string(), store_connections);
  SourceOptions source;
  source.url = settings_.source.url;
  source.slot = settings_.source.slot;
  source.publication = settings_.source.publication;
  source.manage = settings_.source.manage;
  source.snapshot_workers = settings_.source.snapshot_workers;
  source_ = std::make_unique<Source>(source, *journal_, source_handlers());
  operations_ = std::make_unique<Operations>(Operations::Parts{
      settings_, project_.deployment, board_, metrics_, errors_, *journal_, *store_, *source_,
      [this](std::size_t view) { tell(Resume{static_cast<std::uint32_t>(view)}); },
      [this](std::size_t view) { trace_activation(static_cast<std::uint32_t>(view)); }});
  // What an earlier process left is served at once.
  for (std::uint32_t view = 0; view < project_.deployment.views.size(); ++view)
    show_condition(view);
  Frontier stored;
  follower_->run([&](Sink& sink) { stored = sink.frontier(); });
  operations_->committed(stored);
  remember_lag(stored);
  operations_->resume_rebuilds();
}

// The journal may hold commits that the store does not: their age is known before the engine reads
// them.
void Service::remember_lag(Frontier stored) {
  if (journal_->durable() <= stored || !journal_->identity()) return;
  const BlockPtr block =
      journal_->read_from(stored)->next({}, std::chrono::steady_clock::time_point::min());
  if (block != nullptr) operations_->lag().known(journal_->durable(), block->oldest_commit_time);
}

std::unique_ptr<Server> Service::listen(const std::string& address, Listener listener, Site& site,
                                        std::size_t handler_threads) {
  if (address == "off") return nullptr;
  ServerOptions options;
  options.listen = address;
  options.hosts = settings_.serve.hosts;
  options.connections_max = settings_.serve.connections_max;
  options.handler_threads = handler_threads;
  options.positions = operations_.get();
  options.connections_changed = [this, listener](std::size_t count) {
    connections_.at(static_cast<std::size_t>(listener)) = count;
    metrics_.set("http_connections", static_cast<double>(connections_[0] + connections_[1]));
  };
  options.refused = refusal_counter(site);
  return std::make_unique<Server>(std::move(options), [&site, listener](const Request& request) {
    return answer_request(site, listener, request);
  });
}

void Service::stop_listening() {
  operations_->stop_waiting();
  public_server_.reset();
  admin_server_.reset();
}

void Service::start_listening() {
  SiteOptions options;
  options.rows_max = settings_.serve.rows_max;
  options.query_timeout = settings_.serve.query_timeout;
  options.report_failure = [this](const std::string& failure) {
    trace_.event(TraceLevel::error, "http.failed", failure);
  };
  options.large_answers_max = public_large_answers;
  public_site_ = std::make_unique<Site>(*operations_, *operations_, *operations_, *store_, options);
  options.large_answers_max = admin_large_answers;
  admin_site_ = std::make_unique<Site>(*operations_, *operations_, *operations_, *store_, options);
  public_server_ = listen(settings_.serve.listen, Listener::open, *public_site_, public_threads);
  admin_server_ = listen(settings_.admin.listen, Listener::admin, *admin_site_, admin_threads);
  RunFile run_file;
  run_file.pid = ::getpid();
  run_file.public_url = url_of(public_server_.get());
  run_file.admin_url = url_of(admin_server_.get());
  run_file.started_at = started_at();
  write_run_file(settings_.state, run_file);
  trace_.event(TraceLevel::info, "service.listening", "listening",
               {{"public", run_file.public_url}, {"admin", run_file.admin_url}});
}

bool Service::run(const std::stop_token& stop) {
  start_listening();
  if (!prepare_source(stop, false)) return true;
  if (options_.until && operations_->store_frontier() > *options_.until) {
    trace_.event(TraceLevel::error, "service.stopped",
                 "sink \"" + settings_.store_name() + "\" is at " +
                     to_string(operations_->store_frontier()) + ", past " +
                     to_string(*options_.until));
    return false;
  }
  if (options_.once) goal_ = source_->current_wal_position();
  stop_views_without_children();
  source_->start();
  start_engine();
  const bool done = supervise(stop);
  operations_->stop_waiting();
  stop_engine();
  source_->stop();
  trace_.event(TraceLevel::info, "service.stopped", done ? "stopped" : "gave up");
  return done;
}

bool Service::prepare_source(const std::stop_token& stop, bool new_history) {
  auto delay = std::chrono::milliseconds(200);
  while (!stop.stop_requested()) {
    try {
      const Prepared prepared =
          source_->prepare({.tables = project_.deployment.tables(),
                            .read_without_only = project_.deployment.read_without_only(),
                            .new_history = new_history},
                           stop);
      if (journal_->epoch() != sink_epoch_) reload_sink();
      trace_.event(TraceLevel::info, "source.connected", "the source is ready",
                   {{"tables_read", std::to_string(prepared.read_tables.size())}});
      return true;
    } catch (const SourceFailed& failed) {
      if (stop.stop_requested()) return false;
      if (failed.remedy() == Remedy::rebuild && !new_history) {
        trace_.event(TraceLevel::error, "source.gap", failed.what());
        if (settings_.source.on_gap == OnGap::stop) throw;
        new_history = true;
        continue;
      }
      trace_.event(TraceLevel::error, "source.failed", failed.what());
      if (!failed.retryable() || options_.once) throw;
    }
    operations_->alive();
    if (!pause(delay, stop)) return false;
    delay = std::min(delay * 2, retry_delay_max);
  }
  return false;
}

// What readers get until the engine follows: rows that are behind, rows that stand still, or none.
void Service::show_condition(std::uint32_t view) {
  const Standing standing = standing_of(view);
  if (standing.current)
    board_.set(view, Condition::live);
  else if (standing.readable)
    board_.set(view, Condition::stale, "being loaded anew");
  else
    board_.set(view, Condition::loading);
  if (!standing.current) stand_still(view);
}

Service::Standing Service::standing_of(std::uint32_t view) {
  Standing standing;
  follower_->run([&](Sink& sink) {
    const std::uint32_t sink_view = follower_->sink_view(view);
    standing = {sink.current(sink_view).has_value(), sink.readable(sink_view)};
  });
  return standing;
}

// The age of what a view does not contain grows from here on.
void Service::stand_still(std::uint32_t view) {
  const StoreReader::Snapshot snapshot = store_->open(deadline_of(settings_.serve.query_timeout));
  const std::string& name = project_.deployment.views[view].sink_view.name;
  if (!snapshot.table(name).empty()) operations_->lag().hold(snapshot.view_frontier(name));
}

void Service::start_engine() {
  std::vector<StreamedView> views;
  for (std::uint32_t view = 0; view < project_.deployment.views.size(); ++view) {
    if (board_.stopped(view)) continue;
    const bool current = standing_of(view).current;
    show_condition(view);
    if (!current) {
      told_live_[view] = false;
      trace_.event(TraceLevel::info, "view.loading", "loading from the journal",
                   {{"view", name_of(view)}});
    }
    views.push_back({project_.deployment.views[view].binding.view, view});
  }
  board_.set_sink("loading");
  EngineOptions options;
  options.memory_bytes_max = settings_.memory_limit_bytes;
  options.until = options_.until;
  engine_ = std::make_unique<Engine>(*journal_, std::vector{follower_.get()}, std::move(views),
                                     options, metrics_, engine_listeners());
  operations_->use_engine(engine_.get(), follower_.get());
}

void Service::stop_engine() {
  if (!engine_) return;
  operations_->use_engine(nullptr, nullptr);
  engine_.reset();
}

const std::string& Service::name_of(std::uint32_t view) const {
  return project_.deployment.views[view].sink_view.name;
}

void Service::trace_activation(std::uint32_t view) {
  trace_.event(TraceLevel::info, "view.activated", "readers see a new generation",
               {{"view", name_of(view)}});
}

EngineListeners Service::engine_listeners() {
  EngineListeners listeners;
  listeners.read = [this](const Block& block) {
    operations_->lag().known(block.to, block.oldest_commit_time);
    operations_->measure_operators();
  };
  listeners.loading = [this](std::uint64_t rows, std::uint64_t total) {
    if (options_.progress) options_.progress("views", rows, total);
  };
  listeners.left_behind = [this](const SinkFollower& sink, const std::string& reason) {
    trace_.event(TraceLevel::warning, "sink.reloading", reason, {{"sink", sink.name()}});
    metrics_.add("sink_reloads_total", 1, {{"sink", sink.name()}});
  };
  listeners.failed = [this](const EngineFailure& failure) { tell(failure); };
  return listeners;
}

SinkFollowerListeners Service::follower_listeners() {
  SinkFollowerListeners listeners;
  listeners.committed = [this](Frontier frontier) {
    engine_failures_ = 0;
    if (operations_) operations_->committed(frontier);
  };
  listeners.live = [this](const std::vector<std::uint32_t>& views, bool activated) {
    for (const std::uint32_t view : views) {
      if (activated) trace_activation(view);
      board_.set(view, Condition::live);
      if (!told_live_[view])
        trace_.event(TraceLevel::info, "view.live", "following", {{"view", name_of(view)}});
      told_live_[view] = true;
    }
  };
  listeners.view_failed = [this](std::uint32_t view, const std::string& message) {
    tell(ViewFailed{view, message});
  };
  listeners.changed = [this](SinkCondition condition, const std::string& error) {
    board_.set_sink(to_string(condition), error);
    if (condition == SinkCondition::retrying || condition == SinkCondition::failed)
      trace_.event(TraceLevel::error, "sink.failed", error, {{"sink", settings_.store_name()}});
  };
  return listeners;
}

SourceHandlers Service::source_handlers() {
  SourceHandlers handlers;
  handlers.on_end = [this](std::exception_ptr reason) { tell(SourceEnded{std::move(reason)}); };
  handlers.on_trouble = [this](const std::string& message) {
    trace_.event(TraceLevel::warning, "source.trouble", message);
  };
  handlers.on_connected = [this](std::uint64_t connection) {
    if (connection == 1) return;  // it follows source_->prepare(), which tells it
    metrics_.add("source_reconnects_total", 1, {{"reason", "connection_lost"}});
    trace_.event(TraceLevel::info, "source.connected", "the change log is read again");
  };
  handlers.on_progress = [this](const SourceProgress& progress) {
    if (options_.progress)
      options_.progress(progress.table, progress.table_rows, progress.table_rows_estimated);
  };
  handlers.on_inherited = [this](const std::vector<InheritedTable>& tables) {
    tell(Inherited{tables});
  };
  return handlers;
}

void Service::tell(Event event) {
  const std::lock_guard lock(events_mutex_);
  events_.push_back(std::move(event));
}

std::optional<Service::Event> Service::next_event() {
  const std::lock_guard lock(events_mutex_);
  if (events_.empty()) return std::nullopt;
  Event event = std::move(events_.front());
  events_.pop_front();
  return event;
}

// Views that are loaded anew beside rows of theirs that stand still are not there yet.
bool Service::reached_goal() const {
  const bool all_live = std::ranges::all_of(
      std::views::iota(std::size_t{0}, project_.deployment.views.size()),
      [&](std::size_t view) { return board_.condition(view) == Condition::live; });
  const Frontier stored = operations_->store_frontier();
  if (options_.until) return all_live && stored >= *options_.until;
  return goal_ && all_live && stored.has_reached(*goal_);
}

// A view that has stopped does not get to where all of them are to go.
bool Service::missed_goal() const {
  if (!goal_ && !options_.until) return false;
  if (follower_->condition() == SinkCondition::failed) {
    trace_.event(TraceLevel::error, "service.stopped",
                 "sink " + follower_->name() + " has failed: " + follower_->error());
    return true;
  }
  for (std::uint32_t view = 0; view < project_.deployment.views.size(); ++view) {
    if (!board_.stopped(view)) continue;
    trace_.event(TraceLevel::error, "service.stopped",
                 "view " + name_of(view) + " has stopped: " + board_.reason(view));
    return true;
  }
  return false;
}

// There is no way back to a frontier that the store has left behind.
bool Service::passed_until() {
  const Frontier stored = operations_->store_frontier();
  if (!options_.until || stored <= *options_.until) return false;
  trace_.event(TraceLevel::error, "service.stopped",
               "the views are at " + to_string(stored.end()) + ", past the frontier to stop at");
  return true;
}

// What nobody tells of by itself.
void Service::watch() {
  metrics_.raise_to("trace_events_dropped_total", static_cast<double>(trace_.dropped()),
                    {{"reason", "queue_full"}});
  const std::int64_t retained = source_->status().retained_bytes;
  if (retained_wal_alarm_.rose_above(retained))
    trace_.event(TraceLevel::warning, "source.retained_wal",
                 "the source keeps more WAL for the slot than source.warn_retained_wal",
                 {{"slot", settings_.source.slot},
                  {"retained_bytes", std::to_string(retained)},
                  {"limit_bytes", std::to_string(settings_.source.warn_retained_wal_bytes)}});
}

bool Service::supervise(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    operations_->alive();
    watch();
    if (goal_) source_->request_position(*goal_);
    if (options_.until) source_->request_position(options_.until->end());
    if (passed_until() || missed_goal()) return false;
    if (reached_goal()) return true;
    if (const std::optional<Event> event = next_event()) {
      if (!handle(*event, stop)) return stop.stop_requested();
      continue;
    }
    (void)pause(round_pause, stop);
  }
  return true;
}

bool Service::handle(const Event& event, const std::stop_token& stop) {
  if (const auto* const failure = std::get_if<EngineFailure>(&event))
    return handle_engine(*failure, stop);
  if (const auto* const failed = std::get_if<ViewFailed>(&event)) {
    stop_view(failed->view, failed->message);
    return true;
  }
  if (const auto* const resume = std::get_if<Resume>(&event)) {
    resume_view(resume->view);
    return true;
  }
  if (const auto* const inherited = std::get_if<Inherited>(&event)) {
    handle_inherited(*inherited);
    return true;
  }
  return handle_source(std::get<SourceEnded>(event), stop);
}

bool Service::handle_engine(const EngineFailure& failure, const std::stop_token& stop) {
  stop_engine();
  if (!failure.views.empty()) {
    for (const std::uint32_t view : failure.views) stop_view(view, failure.message);
    restart_engine("view_stopped");
    return true;
  }
  trace_.event(TraceLevel::error, "engine.failed", failure.message);
  if (++engine_failures_ > engine_failures_max) return false;
  if (!pause(std::min(std::chrono::milliseconds(100) * (1U << engine_failures_), retry_delay_max),
             stop))
    return false;
  restart_engine("failure");
  return true;
}

// The dataflow is thrown away and made anew from the journal.
void Service::restart_engine(const char* reason) {
  stop_engine();
  metrics_.add("dataflow_restarts_total", 1, {{"reason", reason}});
  start_engine();
}

// A view that reads a stopped view stops with it.
void Service::stop_view(std::uint32_t view, const std::string& reason) {
  for (std::uint32_t other = 0; other < project_.deployment.views.size(); ++other) {
    if (!reads(other, view)) continue;
    // Everything that was committed before is in the store; what comes after is not for this view.
    follower_->stop_view(other);
    const bool readable = standing_of(other).readable;
    stand_still(other);
    board_.stop(other, readable ? Condition::stale : Condition::failed, reason);
    trace_.event(TraceLevel::error, "view.stale", reason, {{"view", name_of(other)}});
  }
}

// Directly or through others; every view reads itself.
bool Service::reads(std::uint32_t reader, std::uint32_t view) const {
  const std::vector<BoundView> bound = project_.deployment.bound_views();
  const std::vector<BoundView> needs = with_dependencies(bound[reader], bound);
  return std::ranges::find(needs, bound[view].name, &BoundView::name) != needs.end();
}

// With all that it reads and all that read it; they are loaded like new views.
void Service::resume_view(std::uint32_t view) {
  stop_engine();
  for (std::uint32_t other = 0; other < project_.deployment.views.size(); ++other)
    if (board_.stopped(other) && (reads(other, view) || reads(view, other))) show_condition(other);
  stop_views_without_children();
  restart_engine("view_resumed");
}

// Those that lack the rows of tables that have come to inherit from theirs, with the reason.
std::map<std::uint32_t, std::string> Service::views_over(
    const std::vector<InheritedTable>& tables) const {
  std::map<std::uint32_t, std::string> views;
  for (const auto& table : project_.deployment.tables()) {
    const auto inherited = std::ranges::find(tables, table->oid, &InheritedTable::table);
    if (inherited == tables.end()) continue;
    const std::string name = table->schema + "." + table->name;
    for (std::uint32_t view = 0; view < project_.deployment.views.size(); ++view)
      if (!board_.stopped(view) &&
          project_.deployment.views[view].binding.read_without_only.contains(table->oid))
        views.emplace(view, "table " + name + " is inherited by " + inherited->child +
                                ", whose rows are not read in this version; write ONLY " + name +
                                ", or end the inheritance and rebuild the view");
  }
  return views;
}

void Service::handle_inherited(const Inherited& inherited) {
  const std::map<std::uint32_t, std::string> views = views_over(inherited.tables);
  if (views.empty()) return;
  stop_engine();
  for (const auto& [view, reason] : views) stop_view(view, reason);
  restart_engine("view_stopped");
}

// Asks rather than waits to be told: nobody is to see these views live in between. A source that
// does not answer is asked again by its watch.
// REQUIRES: no engine runs.
void Service::stop_views_without_children() {
  try {
    for (const auto& [view, reason] : views_over(source_->inherited_tables()))
      stop_view(view, reason);
  } catch (const SourceFailed& failed) {
    trace_.event(TraceLevel::warning, "source.trouble", failed.what());
  }
}

bool Service::handle_source(const SourceEnded& ended, const std::stop_token& stop) {
  const std::string message = message_of(ended.reason);
  if (remedy_of(ended.reason) != Remedy::rebuild) {
    trace_.event(TraceLevel::error, "source.failed", message);
    return false;
  }
  trace_.event(TraceLevel::error, "source.gap", message);
  return settings_.source.on_gap == OnGap::rebuild && restart_after_gap(stop, message);
}

// Another history: everything is read again and every view is loaded anew, while readers keep the
// old generations.
bool Service::restart_after_gap(const std::stop_token& stop, const std::string& reason) {
  stop_engine();
  source_->stop();
  board_.set_sink("loading", reason);
  if (!prepare_source(stop, true)) return false;
  source_->start();
  restart_engine("source_gap");
  return true;
}

bool Service::pause(std::chrono::milliseconds duration, const std::stop_token& stop) const {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_for(lock, stop, duration, [] { return false; });
  return !stop.stop_requested();
}

}  // namespace deltamill
