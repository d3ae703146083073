// When a replay that runs after a moving engine is close enough to be joined with it while the
// engine waits. Each round reads what came while the one before was read, and writers never rest:
// once a round is short, or rounds do not get shorter, the rest is read in the engine's pause. Pure.
#pragma once

#include <cstdint>
#include <limits>

namespace deltamill {

class Pursuit {
 public:
  // What is read in some tenths of a second.
  static constexpr std::uint64_t bearable_round_changes = 100'000;

  // After a round that read so many row changes. True = close enough.
  [[nodiscard]] bool caught_up(std::uint64_t changes);

 private:
  static constexpr std::uint64_t short_round_changes = 1000;  // some milliseconds
  static constexpr int rounds_max = 20;

  std::uint64_t latest_ = std::numeric_limits<std::uint64_t>::max();
  int rounds_ = 0;
};

}  // namespace deltamill
