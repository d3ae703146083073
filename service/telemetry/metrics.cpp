// All metrics with kind and meaning in one table, over prometheus-cpp's registry. A name that is
// not in it is a bug and stops.
#include "service/telemetry/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>

#include "service/telemetry/process_metrics.h"
#include "views/data/check.h"

namespace deltamill {

namespace {

enum class Kind { counter, gauge, histogram };

struct Metric {
  std::string_view name;
  Kind kind;
  std::string_view help;
};

// clang-format off
constexpr Metric all_metrics[] = {
  {"build_info", Kind::gauge, "1, with version and commit"},
  {"start_time_seconds", Kind::gauge, "when the process started, Unix time"},
  {"source_connected", Kind::gauge, "1 while the change log is being read"},
  {"source_reconnects_total", Kind::counter,
   "connections made again to read the change log, by reason"},
  {"source_lag_seconds", Kind::gauge,
   "age of the oldest commit known but not yet maintained; 0 when nothing is pending"},
  {"source_lag_bytes", Kind::gauge, "distance to the source's position, by stage"},
  {"slot_retained_wal_bytes", Kind::gauge, "WAL that the source keeps for the slot"},
  {"slot_safe_wal_bytes", Kind::gauge,
   "WAL that may still be written before the source drops the slot"},
  {"slot_active", Kind::gauge, "1 while the slot is in use"},
  {"slot_wal_status", Kind::gauge, "one-hot: the slot's wal_status"},
  {"transactions_total", Kind::counter, "transactions read from the change log"},
  {"changes_total", Kind::counter, "row changes applied, by table and operation"},
  {"journal_bytes", Kind::gauge, "size of the journal on disk"},
  {"journal_oldest_age_seconds", Kind::gauge, "age of the oldest transaction in the journal"},
  {"journal_commit_seconds", Kind::histogram, "duration of a group commit of the journal"},
  {"batch_seconds", Kind::histogram, "duration of one batch in the engine"},
  {"batch_changes", Kind::histogram, "row changes per batch"},
  {"dataflow_restarts_total", Kind::counter,
   "times the dataflow was thrown away and made anew from the journal, by reason"},
  {"view_lag_seconds", Kind::gauge, "age of the oldest commit not yet durable in the view's sinks"},
  {"view_condition", Kind::gauge, "one-hot: the view's condition"},
  {"view_rows", Kind::gauge, "rows of the view"},
  {"view_error_rows", Kind::gauge, "rows in error"},
  {"view_generation", Kind::gauge, "number of the current generation"},
  {"view_changes_total", Kind::counter, "net rows written, by view and operation"},
  {"operator_rows", Kind::gauge, "rows held by an operator"},
  {"operator_bytes", Kind::gauge, "bytes held by an operator"},
  {"memory_bytes", Kind::gauge, "bytes held, by use"},
  {"memory_limit_bytes", Kind::gauge, "the configured memory_limit"},
  {"queue_bytes", Kind::gauge, "bytes that wait in a queue between two threads"},
  {"queue_limit_bytes", Kind::gauge, "at this many bytes a queue takes no more"},
  {"sink_lag_seconds", Kind::gauge, "age of the oldest commit not yet durable in the sink"},
  {"sink_commit_seconds", Kind::histogram, "duration of a commit of the sink"},
  {"sink_errors_total", Kind::counter, "failed operations of the sink, by kind"},
  {"sink_retries_total", Kind::counter, "retried commits of the sink"},
  {"sink_reloads_total", Kind::counter, "reloads of the sink"},
  {"rebuild_progress_ratio", Kind::gauge, "progress of the latest rebuild, 0 to 1"},
  {"rebuild_eta_seconds", Kind::gauge, "estimated rest of the latest rebuild"},
  {"rebuilds_total", Kind::counter, "finished rebuilds, by outcome"},
  {"verify_mismatched_rows", Kind::gauge, "differing rows found by the last verify"},
  {"verify_timestamp_seconds", Kind::gauge, "when the view was last verified, Unix time"},
  {"http_requests_total", Kind::counter, "requests answered, by route and status"},
  {"http_request_seconds", Kind::histogram, "duration of a request, by route"},
  {"http_connections", Kind::gauge, "open connections"},
  {"trace_events_dropped_total", Kind::counter, "trace events lost because stderr was slow"},
};
// clang-format on

// From half a millisecond, the target of freshness, to what is plainly too long; counts up to some
// batches.
const prometheus::Histogram::BucketBoundaries& buckets_of(std::string_view name) {
  static const prometheus::Histogram::BucketBoundaries seconds = {
      0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
  static const prometheus::Histogram::BucketBoundaries counts = {1,     10,     100,    1'000,
                                                                 5'000, 20'000, 65'536, 262'144};
  return name.ends_with("_seconds") ? seconds : counts;
}

}  // namespace

struct Metrics::Families {
  prometheus::Registry registry;
  std::map<std::string_view, prometheus::Family<prometheus::Counter>*> counters;
  std::map<std::string_view, prometheus::Family<prometheus::Gauge>*> gauges;
  std::map<std::string_view, prometheus::Family<prometheus::Histogram>*> histograms;
};

Metrics::Metrics() : families_(std::make_unique<Families>()) {
  for (const Metric& metric : all_metrics) {
    const std::string name = "deltamill_" + std::string(metric.name);
    const std::string help(metric.help);
    auto& registry = families_->registry;
    if (metric.kind == Kind::counter)
      families_->counters[metric.name] =
          &prometheus::BuildCounter().Name(name).Help(help).Register(registry);
    else if (metric.kind == Kind::gauge)
      families_->gauges[metric.name] =
          &prometheus::BuildGauge().Name(name).Help(help).Register(registry);
    else
      families_->histograms[metric.name] =
          &prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
  }
}

Metrics::~Metrics() = default;

void Metrics::set(std::string_view name, double value, const MetricLabels& labels) {
  const auto family = families_->gauges.find(name);
  // Metrics are an interface: one that is not in the table has no meaning written down.
  DM_CHECK(family != families_->gauges.end(), "unknown gauge " + std::string(name));
  family->second->Add(labels).Set(value);
}

void Metrics::add(std::string_view name, double amount, const MetricLabels& labels) {
  const auto family = families_->counters.find(name);
  DM_CHECK(family != families_->counters.end(), "unknown counter " + std::string(name));
  family->second->Add(labels).Increment(amount);
}

void Metrics::raise_to(std::string_view name, double total, const MetricLabels& labels) {
  const auto family = families_->counters.find(name);
  DM_CHECK(family != families_->counters.end(), "unknown counter " + std::string(name));
  prometheus::Counter& counter = family->second->Add(labels);
  // For totals that somebody else counts; a counter never goes back.
  counter.Increment(std::max(total - counter.Value(), 0.0));
}

void Metrics::observe(std::string_view name, double value, const MetricLabels& labels) {
  const auto family = families_->histograms.find(name);
  DM_CHECK(family != families_->histograms.end(), "unknown histogram " + std::string(name));
  family->second->Add(labels, buckets_of(name)).Observe(value);
}

std::string Metrics::text() const {
  return prometheus::TextSerializer().Serialize(families_->registry.Collect()) + process_metrics();
}

}  // namespace deltamill
