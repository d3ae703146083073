// How a sink is doing, as status, metrics and the supervisor see it.
#pragma once

#include <cstdint>

namespace deltamill {

enum class SinkCondition : std::uint8_t {
  loading,    // reloads, or catches up by a replay of its own
  following,  // takes every commit
  retrying,   // the last commit failed in a way that trying again mends
  failed,     // the last commit failed otherwise; it is tried all the same
};

[[nodiscard]] constexpr const char* to_string(SinkCondition condition) {
  constexpr const char* names[] = {"loading", "following", "retrying", "failed"};
  return names[static_cast<std::uint8_t>(condition)];
}

}  // namespace deltamill
