// What HTTP asks of the process, answered from the running parts. The composition root hands parts
// in as they start and takes them back before they end.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <shared_mutex>
#include <string>
#include <vector>

#include "service/atomic_frontier.h"
#include "service/board.h"
#include "service/configuration/settings.h"
#include "service/deployment/deployment.h"
#include "service/http/job_desk.h"
#include "service/http/positions.h"
#include "service/http/status_page.h"
#include "service/journal/journal.h"
#include "service/pipeline/engine.h"
#include "service/pipeline/error_list.h"
#include "service/pipeline/jobs.h"
#include "service/pipeline/lag.h"
#include "service/pipeline/operator_gauges.h"
#include "service/source/source.h"
#include "service/telemetry/metrics.h"
#include "service/unfinished_rebuilds.h"
#include "sinks/sqlite/reader.h"

namespace deltamill {

class Operations : public StatusPage, public Positions, public JobDesk {
 public:
  struct Parts {
    const Settings& settings;
    const Deployment& deployment;
    Board& board;
    Metrics& metrics;
    ErrorLists& errors;
    Journal& journal;
    StoreReader& store;
    Source& source;
    std::function<void(std::size_t view)> resume;  // asks for a stopped view to be taken up again
    std::function<void(std::size_t view)> activated;  // a rebuild has swapped its generation in
  };

  explicit Operations(Parts parts);
  ~Operations() override;  // cancels jobs

  // The engine that jobs use; nullptr while there is none. Ends the job that uses the one before.
  void use_engine(Engine* engine, SinkFollower* follower);
  // Takes up the rebuilds that the process before left unfinished.
  void resume_rebuilds();
  // Shows the sizes of operators, each few seconds. REQUIRES: called on the engine's thread.
  void measure_operators();
  // A commit of the store happened.
  void committed(Frontier frontier);
  [[nodiscard]] LagTracker& lag() { return lag_; }
  // Ends all waiting for positions: the service stops.
  void stop_waiting();
  // The control thread does its rounds (a heartbeat for /healthz).
  void alive();

  [[nodiscard]] const std::string& project() const override { return parts_.settings.project; }
  [[nodiscard]] const std::string& version() const override { return version_; }
  [[nodiscard]] std::string epoch() const override;
  [[nodiscard]] const std::vector<ServedView>& views() const override { return served_; }
  [[nodiscard]] ViewState view_state(std::size_t view) const override;
  [[nodiscard]] SourceState source_state() const override;
  [[nodiscard]] std::vector<SinkState> sink_states() const override;
  [[nodiscard]] JournalState journal_state() const override;
  [[nodiscard]] MemoryState memory_state() const override;
  [[nodiscard]] std::vector<ErrorRow> error_rows(std::size_t view) const override;
  [[nodiscard]] std::optional<std::vector<OperatorState>> operators(
      std::size_t view) const override;
  [[nodiscard]] Frontier store_frontier() const override { return store_frontier_.load(); }
  [[nodiscard]] std::int64_t lag_ms(Frontier frontier) const override;
  void request_position(Lsn lsn) override { parts_.source.request_position(lsn); }
  [[nodiscard]] Subscription on_move(std::function<void()> moved) override;
  [[nodiscard]] bool threads_alive() const override;
  [[nodiscard]] std::vector<ReadyCheck> ready_checks() const override;
  [[nodiscard]] std::string metrics_text() override;
  void count_request(const char* route, int status, double seconds) override;
  [[nodiscard]] std::optional<std::string> start_rebuild(std::size_t view) override;
  [[nodiscard]] std::optional<std::string> start_verify(std::size_t view,
                                                        std::size_t sample_max) override;
  [[nodiscard]] std::vector<JobStatus> all() const override { return jobs_.all(); }
  [[nodiscard]] std::optional<JobStatus> find(const std::string& id) const override {
    return jobs_.find(id);
  }
  bool cancel(const std::string& id) override;
  [[nodiscard]] bool stopping() const override;

 private:
  using EngineLock = std::shared_lock<std::shared_mutex>;

  // Waits until there is an engine and all its views follow. Throws JobCancelled.
  [[nodiscard]] EngineLock wait_for_engine(JobControl& control) const;
  [[nodiscard]] std::optional<std::string> start_rebuild(std::size_t view, const std::string& id);
  [[nodiscard]] std::string run_rebuild(std::size_t view, JobControl& control);
  [[nodiscard]] std::string rebuild_live(std::size_t view, JobControl& control);
  [[nodiscard]] std::string rebuild_stopped(std::size_t view, JobControl& control);
  [[nodiscard]] std::string run_verify(std::size_t view, std::size_t sample_max,
                                       JobControl& control);
  void collect_view_metrics();
  void collect_rebuild_metrics(const JobStatus& job);
  void collect_source_metrics();

  const Parts parts_;
  const std::string version_;
  std::vector<ServedView> served_;
  mutable LagTracker lag_;
  AtomicFrontier store_frontier_;
  std::atomic<std::int64_t> alive_at_ms_ = 0;  // of the steady clock

  std::atomic<bool> stopping_ = false;
  Subscribers subscribers_;

  mutable std::shared_mutex engine_mutex_;  // shared while a job uses the engine
  Engine* engine_ = nullptr;                // guarded by engine_mutex_
  SinkFollower* follower_ = nullptr;        // guarded by engine_mutex_: of the store
  UnfinishedRebuilds unfinished_;
  OperatorGauges operator_gauges_{parts_.metrics};  // of the engine's thread
  Jobs jobs_;                                       // last: jobs use everything above
};

}  // namespace deltamill
