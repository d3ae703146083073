// The jobs of an operator: rebuilds and verifications of views, done on one thread, one at a time.
// Rebuilds that the process does not live to end are taken up by the next one.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "service/board.h"
#include "service/clock.h"
#include "service/configuration/settings.h"
#include "service/deployment/deployment.h"
#include "service/engine_slot.h"
#include "service/http/job_desk.h"
#include "service/http/positions.h"
#include "service/journal/journal.h"
#include "service/mutex.h"
#include "service/sinks.h"
#include "service/telemetry/metrics.h"
#include "service/unfinished_rebuilds.h"
#include "sinks/sqlite/reader.h"

namespace deltamill {

class ViewJobs : public JobDesk {
 public:
  // All of it outlives the jobs.
  struct Parts {
    Clock& clock;
    const Settings& settings;
    const Deployment& deployment;
    Board& board;
    Metrics& metrics;
    Journal& journal;
    StoreReader& store;
    Positions& positions;
    EngineSlot& engine;
    const Sinks& sinks;
    // A stopped view is to be taken up again.
    std::function<void(std::uint32_t view)> resume;
    // A rebuild has swapped its generation in.
    std::function<void(std::uint32_t view)> activated;
  };

  explicit ViewJobs(Parts parts);

  // Takes up the rebuilds that the process before left unfinished.
  void take_up_unfinished();
  // Ends the job that runs: the engine it uses is to end.
  void recall() { jobs_.interrupt("the engine it used has ended"); }

  [[nodiscard]] std::optional<std::string> start_rebuild(std::size_t view) override;
  [[nodiscard]] std::optional<std::string> start_verify(std::size_t view,
                                                        std::size_t sample_max) override;
  [[nodiscard]] std::vector<JobStatus> all() const override { return jobs_.all(); }
  [[nodiscard]] std::optional<JobStatus> find(const std::string& id) const override {
    return jobs_.find(id);
  }
  // The queued or running rebuild of a view; empty = none.
  [[nodiscard]] std::string rebuild_of(const std::string& view) const {
    return jobs_.active(JobKind::rebuild, view);
  }
  bool cancel(const std::string& id) override;

 private:
  [[nodiscard]] const std::string& name_of(std::uint32_t view) const {
    return parts_.deployment.views[view].sink_view.name;
  }
  [[nodiscard]] std::optional<std::string> start_rebuild(std::uint32_t view, const std::string& id);
  [[nodiscard]] std::string run_rebuild(std::uint32_t view, JobControl& control);
  [[nodiscard]] std::string rebuild_live(std::uint32_t view, JobControl& control);
  [[nodiscard]] std::string rebuild_stopped(std::uint32_t view, JobControl& control);
  // Throws std::runtime_error, which says what to do.
  void require_following(std::uint32_t view) const;
  [[nodiscard]] std::string run_verify(std::uint32_t view, std::size_t sample_max,
                                       JobControl& control);
  // An engine with which all sinks that keep the view follow. Throws JobCancelled.
  [[nodiscard]] EngineSlot::Loan wait_for_engine(std::uint32_t view, JobControl& control);
  // Until `done`, which is asked again after each change of the board and of the store's frontier.
  // Throws JobCancelled.
  void wait_until(const std::function<bool()>& done, JobControl& control);
  void look_again();

  const Parts parts_;
  UnfinishedRebuilds unfinished_;
  Mutex mutex_;  // of waiting for changed_
  CondVar changed_;
  Subscription board_changes_;
  Subscription moves_;
  Jobs jobs_;  // last: jobs use everything above
};

}  // namespace deltamill
