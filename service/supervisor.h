// Watches over a run: starts source and engine, mends what fails as long as that can help, and ends
// it when it is stopped or has reached its goal. One thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "service/answers/store_positions.h"
#include "service/board.h"
#include "service/conditions.h"
#include "service/engine_run.h"
#include "service/events.h"
#include "service/failures.h"
#include "service/goal.h"
#include "service/heartbeat.h"
#include "service/source_run.h"
#include "service/watch.h"

namespace deltamill {

class Supervisor {
 public:
  struct Parts {
    Clock& clock;
    const Settings& settings;
    const Deployment& deployment;
    Metrics& metrics;
    Trace& trace;
    Board& board;
    Events& events;
    Source& source;
    StorePositions& positions;
    Conditions& conditions;
    EngineRun& engine;
    Heartbeat& heartbeat;
    const SourceStart& source_start;
  };

  // `once`: the goal is where the source is when the run begins.
  Supervisor(Parts parts, bool once, std::optional<Frontier> until);

  // True = done as asked, false = it had to give up. Throws SourceFailed when the source cannot be
  // used as it is.
  [[nodiscard]] bool run(const std::stop_token& stop);

 private:
  [[nodiscard]] bool supervise(const std::stop_token& stop);
  // Nothing = the run goes on.
  [[nodiscard]] std::optional<bool> outcome() const;
  [[nodiscard]] std::string why_missed() const;
  // False = it has to give up, or it was stopped.
  [[nodiscard]] bool handle(const EngineFailure& failure, const std::stop_token& stop);
  [[nodiscard]] bool handle(const ViewFailed& failed, const std::stop_token& stop);
  [[nodiscard]] bool handle(const SourceEnded& ended, const std::stop_token& stop);
  [[nodiscard]] bool handle(const Resume& resume, const std::stop_token& stop);
  [[nodiscard]] bool handle(const Inherited& inherited, const std::stop_token& stop);
  [[nodiscard]] bool restart_after_gap(const std::stop_token& stop, const std::string& reason);
  void stop_views_without_children();
  void complain(const std::string& message) const;

  const Parts parts_;
  const bool once_;
  Goal goal_;
  FailureCount failures_;
  Watch watch_;
  Subscription moves_;
  Subscription board_changes_;
};

}  // namespace deltamill
