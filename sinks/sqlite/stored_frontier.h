// A frontier as SQLite's integer holds it: the 64 bits of its LSN, read as a signed number. No LSN
// reaches 2^63, so frontiers compare in SQL as they do here.
#pragma once

#include <cstdint>

#include "views/data/frontier.h"

namespace deltamill {

[[nodiscard]] inline std::int64_t stored(Frontier frontier) {
  return static_cast<std::int64_t>(frontier.end().value);
}

[[nodiscard]] inline Frontier frontier_of(std::int64_t integer) {
  return Frontier(Lsn(static_cast<std::uint64_t>(integer)));
}

}  // namespace deltamill
