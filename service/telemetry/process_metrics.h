// The metrics that every process has, as Prometheus names them: processor time, memory, threads,
// files, start.
#pragma once

#include <string>

namespace deltamill {

// In the Prometheus text format. What the system does not tell is left out.
[[nodiscard]] std::string process_metrics();

}  // namespace deltamill
