// What HTTP asks of the process. Implemented by the service, faked by HTTP's tests. All calls are
// thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "views/data/frontier.h"
#include "views/data/schema.h"

namespace deltamill {

enum class Condition : std::uint8_t { loading, live, degraded, paused, stale, failed };
[[nodiscard]] const char* to_string(Condition condition);

// A view as the configuration declares it; fixed while the process runs.
struct ServedView {
  std::string name;
  std::string description;
  Columns columns;
  std::vector<std::string> type_names;  // as the source prints them; empty = as format_type does
  std::map<std::string, std::string> column_descriptions;
  std::optional<KeyColumns> key;
  bool served = true;  // on the public listener (serve: true, or loopback while it is loopback)
  std::vector<std::string> served_columns;  // empty = all
  std::string definition;                   // differs when what decides the rows does
  std::string explain;                      // text of explain
};

struct ViewState {
  Condition condition = Condition::loading;
  std::string reason;
  std::int64_t generation = 0;
  std::optional<std::int64_t> previous_generation;
  Frontier frontier;
  std::int64_t lag_ms = 0;
  std::uint64_t rows = 0;
  std::uint64_t error_rows = 0;
  std::string rebuild_job;  // id of a running rebuild, empty = none
};

struct SourceState {
  bool connected = false;
  Lsn position;  // the source's, as last heard
  Lsn received;
  Lsn confirmed;
  std::int64_t lag_ms = 0;
  std::string system_id;
  std::uint32_t timeline = 0;
  std::string slot;
  bool slot_active = false;
  std::string wal_status;
  std::int64_t retained_bytes = 0;
  std::optional<std::int64_t> safe_bytes;
};

struct SinkState {
  std::string name;
  std::string type;
  std::string condition;  // following, loading, retrying, failed
  Frontier frontier;
  std::int64_t lag_ms = 0;
  std::string error;
};

struct JournalState {
  Frontier oldest;
  Frontier durable;
  std::uint64_t bytes = 0;
};

enum class JobKind : std::uint8_t { rebuild, verify };
enum class JobState : std::uint8_t { queued, running, done, failed, cancelled };

struct JobStatus {
  std::string id;
  JobKind kind = JobKind::rebuild;
  std::string view;
  JobState state = JobState::queued;
  std::string phase;       // load, catch_up, activate, compare
  std::uint64_t rows = 0;  // progress
  std::uint64_t total_rows = 0;
  double rows_per_second = 0;
  std::string result_json = "null";  // a JSON document
  std::string error;
  std::string started_at;  // ISO 8601 UTC, empty = not yet
  std::string finished_at;
};

struct ErrorRow {
  std::string key;
  std::string operator_name;
  std::string message;
};

// What an operator of the dataflow keeps.
struct OperatorState {
  std::string name;
  bool shared = false;  // with other views, or a table
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
};

struct ReadyCheck {
  std::string name;
  bool ok = false;
  std::string detail;
};

class Backend {
 public:
  virtual ~Backend() = default;

  [[nodiscard]] virtual const std::string& project() const = 0;
  [[nodiscard]] virtual const std::string& version() const = 0;
  [[nodiscard]] virtual std::string epoch() const = 0;
  [[nodiscard]] virtual const std::vector<ServedView>& views() const = 0;
  [[nodiscard]] virtual ViewState view_state(std::size_t view) const = 0;
  [[nodiscard]] virtual SourceState source_state() const = 0;
  [[nodiscard]] virtual std::vector<SinkState> sink_states() const = 0;
  [[nodiscard]] virtual JournalState journal_state() const = 0;
  [[nodiscard]] virtual std::uint64_t memory_limit_bytes() const = 0;
  [[nodiscard]] virtual std::uint64_t memory_used_bytes() const = 0;
  [[nodiscard]] virtual std::vector<ErrorRow> error_rows(std::size_t view) const = 0;
  // The operators that maintain a view, in flow order; nothing = they do not run.
  [[nodiscard]] virtual std::optional<std::vector<OperatorState>> operators(
      std::size_t view) const = 0;

  // Age in ms as the header Deltamill-Lag-Ms defines it, for an answer at this frontier.
  [[nodiscard]] virtual std::int64_t lag_ms(Frontier frontier) const = 0;

  // Waits until the local store's frontier is at least `lsn` or the deadline passes; makes the
  // source ask for its position at once. True = reached.
  [[nodiscard]] virtual bool wait_for(Lsn lsn, std::chrono::steady_clock::time_point deadline) = 0;

  [[nodiscard]] virtual bool threads_alive() const = 0;  // /healthz
  [[nodiscard]] virtual std::vector<ReadyCheck> ready_checks()
      const = 0;                                         // /readyz: ready iff all ok
  [[nodiscard]] virtual std::string metrics_text() = 0;  // Prometheus 0.0.4
  virtual void count_request(const char* route, int status, double seconds) = 0;

  // Starts a job; nothing when one of that kind runs for the view (409 job_conflict).
  [[nodiscard]] virtual std::optional<std::string> start_rebuild(std::size_t view) = 0;
  [[nodiscard]] virtual std::optional<std::string> start_verify(std::size_t view) = 0;
  [[nodiscard]] virtual std::vector<JobStatus> jobs() const = 0;
  [[nodiscard]] virtual std::optional<JobStatus> job(const std::string& id) const = 0;
  // False = unknown or already finished.
  virtual bool cancel_job(const std::string& id) = 0;

  [[nodiscard]] virtual bool stopping() const = 0;  // what waits gives up
};

}  // namespace deltamill
