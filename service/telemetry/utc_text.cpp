// Prints a time of the wall clock in ISO 8601, to the second.
#include "service/telemetry/utc_text.h"

#include <fmt/chrono.h>

#include "service/clock.h"

namespace deltamill {

std::string utc_text(std::int64_t wall_us) {
  const std::time_t unix_seconds = wall_us / 1'000'000 + postgres_epoch_s;
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(unix_seconds));
}

}  // namespace deltamill
