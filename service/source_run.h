// Brings source, journal and sinks to where the engine can begin, and tells of the source's end.
#pragma once

#include <functional>
#include <stop_token>

#include "service/clock.h"
#include "service/configuration/settings.h"
#include "service/deployment/deployment.h"
#include "service/events.h"
#include "service/heartbeat.h"
#include "service/journal/journal.h"
#include "service/pipeline/lag.h"
#include "service/sinks.h"
#include "service/source/source.h"
#include "service/telemetry/metrics.h"
#include "service/telemetry/trace.h"

namespace deltamill {

// Rows read so far and expected: of a snapshot (`what` is a table) or of loading views.
using ReportProgress =
    std::function<void(const std::string& what, std::uint64_t rows, std::uint64_t total)>;

[[nodiscard]] SourceOptions source_options(const Settings& settings);
// `progress` may be empty. All of it outlives the source.
[[nodiscard]] SourceHandlers source_handlers(Events& events, LagTracker& lag, Metrics& metrics,
                                             Trace& trace, ReportProgress progress);

struct SourceStart {
  Clock& clock;
  const Settings& settings;
  const Deployment& deployment;
  Metrics& metrics;
  Trace& trace;
  Journal& journal;
  Sinks& sinks;
  LagTracker& lag;
  Source& source;
  Heartbeat& heartbeat;
  bool once = false;  // nothing is tried again
};

// Tries as long as that can help; false = stopped. `new_history`: after a gap, everything is read
// again. Sinks that hold another history are opened anew.
// REQUIRES: neither source nor engine runs. Throws SourceFailed.
[[nodiscard]] bool prepare_source(const SourceStart& start, bool new_history,
                                  const std::stop_token& stop);

}  // namespace deltamill
