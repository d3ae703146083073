// The wall clock, for ages and timestamps only: no decision that shapes output reads it.
#pragma once

#include <chrono>
#include <cstdint>

namespace deltamill {

// Seconds between 1970-01-01 and 2000-01-01.
inline constexpr std::int64_t postgres_epoch_s = 946'684'800;

// Microseconds since 2000-01-01 UTC, as commits carry them.
[[nodiscard]] inline std::int64_t wall_clock_us() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count() -
         postgres_epoch_s * 1'000'000;
}

[[nodiscard]] inline std::int64_t unix_seconds() {
  return wall_clock_us() / 1'000'000 + postgres_epoch_s;
}

}  // namespace deltamill
