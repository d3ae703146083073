// How a view is doing, by the names that every interface prints.
#pragma once

#include <cstdint>

namespace deltamill {

enum class Condition : std::uint8_t { loading, live, degraded, paused, stale, failed };

inline constexpr Condition all_conditions[] = {Condition::loading,  Condition::live,
                                               Condition::degraded, Condition::paused,
                                               Condition::stale,    Condition::failed};

[[nodiscard]] constexpr const char* to_string(Condition condition) {
  switch (condition) {
    case Condition::loading: return "loading";
    case Condition::live: return "live";
    case Condition::degraded: return "degraded";
    case Condition::paused: return "paused";
    case Condition::stale: return "stale";
    case Condition::failed: return "failed";
  }
  return "failed";
}

}  // namespace deltamill
