// What the pages about the process say, put together from the parts that know it.
#pragma once

#include <string>
#include <vector>

#include "service/answers/view_jobs.h"
#include "service/board.h"
#include "service/configuration/settings.h"
#include "service/deployment/deployment.h"
#include "service/engine_slot.h"
#include "service/heartbeat.h"
#include "service/http/positions.h"
#include "service/http/status_page.h"
#include "service/journal/journal.h"
#include "service/pipeline/error_list.h"
#include "service/source/source.h"
#include "service/telemetry/metrics.h"
#include "sinks/sqlite/reader.h"

namespace deltamill {

class ProcessStatus : public StatusPage {
 public:
  // All of it outlives the status.
  struct Parts {
    const Clock& clock;
    const Settings& settings;
    const Deployment& deployment;
    Metrics& metrics;
    Board& board;
    const ErrorLists& errors;
    Journal& journal;
    StoreReader& store;
    const Source& source;
    const Positions& positions;
    EngineSlot& engine;
    const ViewJobs& jobs;
    const Heartbeat& heartbeat;
  };

  explicit ProcessStatus(Parts parts);

  [[nodiscard]] const std::string& project() const override { return parts_.settings.project; }
  [[nodiscard]] const std::string& version() const override { return version_; }
  [[nodiscard]] std::string epoch() const override { return parts_.journal.epoch(); }
  [[nodiscard]] const std::vector<ServedView>& views() const override { return served_; }
  [[nodiscard]] ViewState view_state(std::size_t view) const override;
  [[nodiscard]] SourceState source_state() const override;
  [[nodiscard]] std::vector<SinkState> sink_states() const override;
  [[nodiscard]] JournalState journal_state() const override;
  [[nodiscard]] MemoryState memory_state() const override;
  [[nodiscard]] std::vector<ErrorRow> error_rows(std::size_t view) const override;
  [[nodiscard]] std::optional<std::vector<OperatorState>> operators(
      std::size_t view) const override;
  [[nodiscard]] bool threads_alive() const override { return parts_.heartbeat.alive(); }
  [[nodiscard]] std::vector<ReadyCheck> ready_checks() const override;
  [[nodiscard]] std::string metrics_text() override;
  void count_request(const char* route, int status, double seconds) override;

 private:
  [[nodiscard]] ReadyCheck source_check() const;
  [[nodiscard]] ReadyCheck ready_check(std::size_t view) const;

  const Parts parts_;
  const std::string version_;
  std::vector<ServedView> served_;
};

}  // namespace deltamill
