// The system's wall clock for those who are not given a clock yet (service/clock.h).
#pragma once

#include "service/clock.h"

namespace deltamill {

// Microseconds since 2000-01-01 UTC, as commits carry them.
[[nodiscard]] inline std::int64_t wall_clock_us() {
  return SystemClock().wall_us();
}

[[nodiscard]] inline std::int64_t unix_seconds() {
  return SystemClock().unix_seconds();
}

}  // namespace deltamill
