// Prepares the source, patiently, and connects what it tells with events and metrics. A gap that is
// found at the start is treated as one later: the settings say whether everything is read again.
#include "service/source_run.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "service/source/source_failed.h"

namespace deltamill {

namespace {

constexpr std::chrono::milliseconds first_pause(200);
constexpr std::chrono::milliseconds pause_max(10'000);

// Positions in the sinks are those of one journal history; under another one every view is loaded
// anew.
void reopen_sinks(const SourceStart& start) {
  // Readers keep rows of the old history until those of the new one are loaded.
  const Frontier stored = start.sinks.store_frontier();
  start.lag.hold(stored);
  start.lag.forget();
  // A store that never held anything is not loaded anew but for the first time.
  if (!start.sinks.open(start.journal.epoch()) || stored == Frontier()) return;
  const std::string& sink = start.settings.store_name();
  start.trace.event(TraceLevel::warning, "sink.reloading", "every view is loaded anew",
                    {{"sink", sink}});
  start.metrics.add("sink_reloads_total", 1, {{"sink", sink}});
}

void prepare_once(const SourceStart& start, bool new_history, const std::stop_token& stop) {
  const Prepared prepared =
      start.source.prepare({.tables = start.deployment.tables(),
                            .read_without_only = start.deployment.read_without_only(),
                            .new_history = new_history},
                           stop);
  // prepare() began a new history.
  if (start.journal.epoch() != start.sinks.journal_epoch()) reopen_sinks(start);
  start.trace.event(TraceLevel::info, "source.connected", "the source is ready",
                    {{"tables_read", std::to_string(prepared.read_tables.size())}});
}

}  // namespace

bool prepare_source(const SourceStart& start, bool new_history, const std::stop_token& stop) {
  std::chrono::milliseconds delay = first_pause;
  while (!stop.stop_requested()) {
    try {
      prepare_once(start, new_history, stop);
      return true;
    } catch (const SourceFailed& failed) {
      if (stop.stop_requested()) return false;
      // At most once: a second gap right after a new history is a failure like any other.
      if (failed.remedy() == Remedy::rebuild && !new_history) {
        start.trace.event(TraceLevel::error, "source.gap", failed.what());
        if (start.settings.source.on_gap == OnGap::stop) throw;
        new_history = true;
        continue;
      }
      start.trace.event(TraceLevel::error, "source.failed", failed.what());
      // --once is run by people and scripts that want to hear of it at once.
      if (!failed.retryable() || start.once) throw;
    } catch (const JournalFull& full) {
      if (stop.stop_requested()) return false;
      start.trace.event(TraceLevel::error, "journal.full", full.what());
      if (start.once) throw;
    }
    start.heartbeat.beat();
    if (!start.clock.pause_for(delay, stop)) return false;
    // PostgreSQL may be starting, or its owner may be at work on what we asked for.
    delay = std::min(delay * 2, pause_max);
  }
  return false;
}

SourceOptions source_options(const Settings& settings) {
  SourceOptions options;
  options.url = settings.source.url;
  options.slot = settings.source.slot;
  options.publication = settings.source.publication;
  options.manage = settings.source.manage;
  options.snapshot_workers = settings.source.snapshot_workers;
  return options;
}

SourceHandlers source_handlers(Events& events, LagTracker& lag, Metrics& metrics, Trace& trace,
                               ReportProgress progress) {
  SourceHandlers handlers;
  handlers.on_end = [&events](std::exception_ptr reason) {
    events.tell(SourceEnded{std::move(reason)});
  };
  handlers.on_trouble = [&trace](const std::string& message) {
    trace.event(TraceLevel::warning, "source.trouble", message);
  };
  handlers.on_connected = [&metrics, &trace](std::uint64_t connection) {
    if (connection == 1) return;  // it follows prepare_source(), which tells it
    metrics.add("source_reconnects_total", 1, {{"reason", "connection_lost"}});
    trace.event(TraceLevel::info, "source.connected", "the change log is read again");
  };
  handlers.on_progress = [report = std::move(progress)](const SourceProgress& read) {
    if (report) report(read.table, read.table_rows, read.table_rows_estimated);
  };
  handlers.on_inherited = [&events](const std::vector<InheritedTable>& tables) {
    events.tell(Inherited{tables});
  };
  handlers.on_connecting = [&lag](Lsn position, std::int64_t moment) {
    lag.connected(position, moment);
  };
  handlers.on_position = [&lag](Lsn position, std::int64_t moment) {
    lag.observed(position, moment);
  };
  return handlers;
}

}  // namespace deltamill
