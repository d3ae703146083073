// When something that may take this long must be done. Configurations say 0 for "no limit".
#pragma once

#include <algorithm>
#include <chrono>

namespace deltamill {

// ENSURES: a point that clocks and waits can reckon with; 0, like any timeout beyond a year, is a
// year ahead of `now`.
[[nodiscard]] constexpr std::chrono::steady_clock::time_point deadline_of(
    std::chrono::milliseconds timeout, std::chrono::steady_clock::time_point now) {
  constexpr std::chrono::milliseconds year = std::chrono::hours(24 * 365);
  return now + (timeout.count() == 0 ? year : std::min(timeout, year));
}

[[nodiscard]] inline std::chrono::steady_clock::time_point deadline_of(
    std::chrono::milliseconds timeout) {
  return deadline_of(timeout, std::chrono::steady_clock::now());
}

static_assert(deadline_of(std::chrono::milliseconds(5), {}).time_since_epoch() ==
              std::chrono::milliseconds(5));
static_assert(deadline_of(std::chrono::milliseconds(0), {}).time_since_epoch() ==
              std::chrono::hours(24 * 365));
static_assert(deadline_of(std::chrono::milliseconds::max(), {}) ==
              deadline_of(std::chrono::milliseconds(0), {}));

}  // namespace deltamill
