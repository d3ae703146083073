// The page of /metrics: counters are kept as things happen, most gauges are read when somebody
// asks.
#pragma once

#include <string>
#include <vector>

#include "service/clock.h"
#include "service/http/status_page.h"
#include "service/journal/journal.h"
#include "service/pipeline/jobs.h"
#include "service/telemetry/metrics.h"

namespace deltamill {

// Sets the gauges and gives the whole page. Thread-safe.
[[nodiscard]] std::string metrics_page(const StatusPage& status, Journal& journal,
                                       const std::vector<JobStatus>& jobs, const Clock& clock,
                                       Metrics& metrics);

}  // namespace deltamill
