// What the pages about the process say: its views, source, sinks, journal and memory, whether it is
// healthy and ready, and its metrics. Implemented by the service, faked by HTTP's tests. All calls
// are thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "service/condition.h"
#include "service/deployment/served_view.h"
#include "service/pipeline/error_row.h"
#include "service/pipeline/operator_state.h"
#include "views/data/frontier.h"

namespace deltamill {

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

struct MemoryState {
  std::uint64_t limit_bytes = 0;
  std::uint64_t used_bytes = 0;
};

struct ReadyCheck {
  std::string name;
  bool ok = false;
  std::string detail;
};

class StatusPage {
 public:
  virtual ~StatusPage() = default;

  [[nodiscard]] virtual const std::string& project() const = 0;
  [[nodiscard]] virtual const std::string& version() const = 0;
  [[nodiscard]] virtual std::string epoch() const = 0;
  [[nodiscard]] virtual const std::vector<ServedView>& views() const = 0;
  [[nodiscard]] virtual ViewState view_state(std::size_t view) const = 0;
  [[nodiscard]] virtual SourceState source_state() const = 0;
  [[nodiscard]] virtual std::vector<SinkState> sink_states() const = 0;
  [[nodiscard]] virtual JournalState journal_state() const = 0;
  [[nodiscard]] virtual MemoryState memory_state() const = 0;
  [[nodiscard]] virtual std::vector<ErrorRow> error_rows(std::size_t view) const = 0;
  // The operators that maintain a view, in flow order; nothing = they do not run.
  [[nodiscard]] virtual std::optional<std::vector<OperatorState>> operators(
      std::size_t view) const = 0;

  [[nodiscard]] virtual bool threads_alive() const = 0;                    // /healthz
  [[nodiscard]] virtual std::vector<ReadyCheck> ready_checks() const = 0;  // /readyz: all are ok
  [[nodiscard]] virtual std::string metrics_text() = 0;                    // Prometheus 0.0.4
  virtual void count_request(const char* route, int status, double seconds) = 0;
};

}  // namespace deltamill
