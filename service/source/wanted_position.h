// The position that readers wait for. Any thread asks; the stream looks, and has the server report
// until it is there. A wish ends by itself, so that nobody's far position hides another's near one
// for long.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>

#include "views/data/lsn.h"

namespace deltamill {

class WantedPosition {
 public:
  using Clock = std::chrono::steady_clock;

  struct Wish {
    Lsn position;             // the farthest; Lsn() = nobody waits
    std::uint64_t asked = 0;  // grows with each ask()
  };

  void ask(Lsn position, Clock::time_point now);
  [[nodiscard]] Wish at(Clock::time_point now) const;
  void forget();

 private:
  mutable std::mutex mutex_;
  Lsn position_;
  Clock::time_point until_;
  std::uint64_t asked_ = 0;
};

}  // namespace deltamill
