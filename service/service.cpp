// The flow: source, journal, engine, sinks; beside it what is answered from them. HTTP listens as
// soon as there is a store, which serves what an earlier process left.
#include "service/service.h"

#include <ctime>

#include "service/supervisor.h"
#include "service/version.h"

namespace deltamill {

Service::Service(ResolvedProject project, ServiceOptions options, Trace& trace)
    : project_(std::move(project)),
      options_(std::move(options)),
      settings_(project_.files.settings),
      deployment_(project_.deployment),
      trace_(trace),
      lock_(settings_.state),
      board_(deployment_.views.size(), listed_sinks(settings_)),
      errors_(deployment_.views.size()),
      journal_(open_journal_in_state()),
      source_(source_options(settings_), *journal_, clock_,
              source_handlers(events_, lag_, metrics_, trace_, options_.progress)),
      sinks_(settings_, deployment_, clock_, errors_, lag_, metrics_,
             [this](std::size_t sink) { return sink_listeners(ears_, sink); }),
      store_(settings_.store_path().string(), Listeners::store_connections),
      positions_(source_, clock_, lag_),
      conditions_({settings_, deployment_, board_, sinks_, store_, positions_, trace_}),
      ears_{metrics_, trace_, board_, events_, positions_, conditions_, engine_slot_},
      jobs_({clock_, settings_, deployment_, board_, metrics_, *journal_, store_, positions_,
             engine_slot_, sinks_, [this](std::uint32_t view) { events_.tell(Resume{view}); },
             [this](std::uint32_t view) { conditions_.activated(view); }}),
      status_({clock_, settings_, deployment_, metrics_, board_, errors_, *journal_, store_,
               source_, positions_, engine_slot_, jobs_, heartbeat_}),
      engine_({clock_, settings_, deployment_, options_.until, metrics_, *journal_, sinks_, ears_,
               [this](std::uint64_t rows, std::uint64_t total) {
                 if (options_.progress) options_.progress("views", rows, total);
               },
               [this] { jobs_.recall(); }}) {
  metrics_.set("build_info", 1, {{"version", deltamill_version}, {"commit", deltamill_commit}});
  metrics_.set("start_time_seconds", static_cast<double>(std::time(nullptr)));
  // Opened for what an earlier process left; prepare() opens them anew if it begins another
  // history.
  sinks_.open(journal_->epoch());
  // Readers get answers from here on, long before the state behind them is loaded.
  show_what_is_stored();
  jobs_.take_up_unfinished();
}

// A commit may be under way that tells of itself: it is waited for while there is somebody to tell.
Service::~Service() {
  positions_.stop_waiting();
  engine_.stop();
  sinks_.close();
}

bool Service::run(const std::stop_token& stop) {
  listeners_ = std::make_unique<Listeners>(
      Listeners::Parts{clock_, settings_, metrics_, trace_, status_, positions_, jobs_, store_});
  const SourceStart source_start{clock_,  settings_,  deployment_,  metrics_,
                                 trace_,  *journal_,  sinks_,       lag_,
                                 source_, heartbeat_, options_.once};
  Supervisor supervisor({clock_, settings_, deployment_, metrics_, trace_, board_, events_, source_,
                         positions_, conditions_, engine_, heartbeat_, source_start},
                        options_.once, options_.until);
  return supervisor.run(stop);
}

std::unique_ptr<Journal> Service::open_journal_in_state() {
  JournalOptions options;
  options.committed = [this](std::chrono::duration<double> taken) {
    metrics_.observe("journal_commit_seconds", taken.count());
  };
  options.full = [this](const std::string& why) {
    if (why.empty())
      trace_.event(TraceLevel::info, "journal.room", "the journal is written again");
    else
      trace_.event(TraceLevel::error, "journal.full",
                   "the change log is not read on until there is room; what is stored is served",
                   {{"error", why}});
  };
  return open_journal((settings_.state / "journal.db").string(), clock_, options);
}

// What an earlier process left is served at once. The journal may hold commits that the store does
// not: their age is known before the engine reads them.
void Service::show_what_is_stored() {
  conditions_.show_all();
  const Frontier stored = sinks_.store_frontier();
  board_.set_frontier(store_sink, stored);
  note_age_of_stored(stored);
  positions_.committed(stored);
  if (journal_->durable() <= stored || !journal_->identity()) return;
  const BlockPtr block = journal_->read_from(stored)->next({}, Clock::Time::min());
  if (block != nullptr) lag_.known(journal_->durable(), block->oldest_commit_time);
}

// Rows are as old as the moment at which an earlier process knew them to be complete, until the
// source says more. Of a store without such a moment no age is known before this one.
void Service::note_age_of_stored(Frontier stored) {
  const std::int64_t complete_at = sinks_.store_complete_at();
  if (complete_at != 0)
    lag_.observed(stored.end(), complete_at);
  else
    lag_.observed(Lsn(), clock_.wall_us());
}

}  // namespace deltamill
