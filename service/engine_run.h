// The engine over all views that have not stopped: started, lent through the slot, taken back,
// ended.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "service/clock.h"
#include "service/configuration/settings.h"
#include "service/deployment/deployment.h"
#include "service/engine_events.h"
#include "service/journal/journal.h"
#include "service/pipeline/operator_gauges.h"
#include "service/sinks.h"
#include "service/telemetry/metrics.h"

namespace deltamill {

class EngineRun {
 public:
  struct Parts {
    Clock& clock;
    const Settings& settings;
    const Deployment& deployment;
    std::optional<Frontier> until;  // where it stops
    Metrics& metrics;
    Journal& journal;
    Sinks& sinks;
    const EngineEars& ears;
    // Base rows of loading views, so far and in all.
    std::function<void(std::uint64_t rows, std::uint64_t total)> loading;
    // Makes those who hold the engine for long give it back.
    std::function<void()> recall;
  };

  explicit EngineRun(Parts parts);
  ~EngineRun() { stop(); }

  // REQUIRES: there is none. Of one thread, like stop().
  void start();
  void stop();
  // The dataflow is thrown away and made anew from the journal; counted by reason.
  void restart(const char* reason);

 private:
  void measure_operators();

  const Parts parts_;
  OperatorGauges gauges_;  // of the engine's thread
  std::unique_ptr<Engine> engine_;
};

}  // namespace deltamill
