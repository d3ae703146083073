// Sets the gauges that are read off the process when they are asked for; one function per group of
// the table in telemetry/metrics.cpp.
#include "service/answers/metrics_page.h"

#include <algorithm>
#include <limits>

namespace deltamill {

namespace {

double seconds_of(std::int64_t milliseconds) {
  return static_cast<double>(milliseconds) / 1000;
}

void set_source(const StatusPage& status, Metrics& metrics) {
  const SourceState source = status.source_state();
  const auto behind = [&](Lsn reached) {
    return source.position > reached ? static_cast<double>(source.position.value - reached.value)
                                     : 0.0;
  };
  metrics.set("source_connected", source.connected ? 1 : 0);
  metrics.set("source_lag_seconds", seconds_of(source.lag_ms));
  metrics.set("source_lag_bytes", behind(source.received), {{"stage", "received"}});
  metrics.set("source_lag_bytes", behind(status.journal_state().durable.end()),
              {{"stage", "journaled"}});
  metrics.set("source_lag_bytes", behind(source.confirmed), {{"stage", "confirmed"}});
  metrics.set("slot_retained_wal_bytes", static_cast<double>(source.retained_bytes));
  // Without max_slot_wal_keep_size PostgreSQL never drops the slot.
  metrics.set("slot_safe_wal_bytes", source.safe_bytes ? static_cast<double>(*source.safe_bytes)
                                                       : std::numeric_limits<double>::infinity());
  metrics.set("slot_active", source.slot_active ? 1 : 0);
  for (const char* const wal_status : {"reserved", "extended", "unreserved", "lost"})
    metrics.set("slot_wal_status", source.wal_status == wal_status ? 1 : 0,
                {{"status", wal_status}});
}

void set_journal(Journal& journal, const Clock& clock, Metrics& metrics) {
  metrics.set("journal_bytes", static_cast<double>(journal.size_bytes()));
  const std::int64_t oldest_us = journal.oldest_commit_time();
  const std::int64_t age_us = oldest_us == 0 ? 0 : clock.wall_us() - oldest_us;
  metrics.set("journal_oldest_age_seconds",
              static_cast<double>(std::max<std::int64_t>(age_us, 0)) / 1e6);
  const JournalQueue queue = journal.queue();
  metrics.set("queue_bytes", static_cast<double>(queue.bytes), {{"queue", "journal"}});
  metrics.set("queue_limit_bytes", static_cast<double>(queue.bytes_max), {{"queue", "journal"}});
}

void set_sinks(const StatusPage& status, Metrics& metrics) {
  for (const SinkState& sink : status.sink_states())
    metrics.set("sink_lag_seconds", seconds_of(sink.lag_ms), {{"sink", sink.name}});
}

void set_views(const StatusPage& status, Metrics& metrics) {
  for (std::size_t view = 0; view < status.views().size(); ++view) {
    const MetricLabels labels = {{"view", status.views()[view].name}};
    const ViewState state = status.view_state(view);
    metrics.set("view_lag_seconds", seconds_of(state.lag_ms), labels);
    metrics.set("view_rows", static_cast<double>(state.rows), labels);
    metrics.set("view_error_rows", static_cast<double>(state.error_rows), labels);
    metrics.set("view_generation", static_cast<double>(state.generation), labels);
    for (const Condition condition : all_conditions)
      metrics.set("view_condition", state.condition == condition ? 1 : 0,
                  {{"view", status.views()[view].name}, {"condition", to_string(condition)}});
  }
}

void set_memory(const StatusPage& status, Metrics& metrics) {
  const MemoryState memory = status.memory_state();
  metrics.set("memory_limit_bytes", static_cast<double>(memory.limit_bytes));
  metrics.set("memory_bytes", static_cast<double>(memory.used_bytes), {{"use", "dataflow"}});
}

// Of the latest rebuild of each view: jobs come in the order in which they were started.
void set_rebuilds(const std::vector<JobStatus>& jobs, Metrics& metrics) {
  for (const JobStatus& job : jobs) {
    if (job.kind != JobKind::rebuild || job.state == JobState::queued) continue;
    const auto rows = static_cast<double>(job.rows);
    const double left = std::max(static_cast<double>(job.total_rows) - rows, 0.0);
    double ratio = rows > 0 ? rows / (rows + left) : 0.0;
    if (job.state == JobState::done) ratio = 1.0;
    const bool moves = job.state == JobState::running && job.rows_per_second > 0;
    const MetricLabels labels = {{"view", job.view}};
    metrics.set("rebuild_progress_ratio", ratio, labels);
    metrics.set("rebuild_eta_seconds", moves ? left / job.rows_per_second : 0.0, labels);
  }
}

}  // namespace

std::string metrics_page(const StatusPage& status, Journal& journal,
                         const std::vector<JobStatus>& jobs, const Clock& clock, Metrics& metrics) {
  set_source(status, metrics);
  set_journal(journal, clock, metrics);
  set_sinks(status, metrics);
  set_views(status, metrics);
  set_memory(status, metrics);
  set_rebuilds(jobs, metrics);
  return metrics.text();
}

}  // namespace deltamill
