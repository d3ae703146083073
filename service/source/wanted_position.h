// The position that readers wait for. Any thread asks; the stream looks, and has the server report
// until it is there. A wish ends by itself, so that nobody's far position hides another's near one
// for long.
#pragma once

#include <cstdint>

#include "service/clock.h"
#include "service/mutex.h"
#include "views/data/lsn.h"

namespace deltamill {

class WantedPosition {
 public:
  struct Wish {
    Lsn position;             // the farthest; Lsn() = nobody waits
    std::uint64_t asked = 0;  // grows with each ask()
  };

  void ask(Lsn position, Clock::Time now);
  [[nodiscard]] Wish at(Clock::Time now) const;
  void forget();

 private:
  mutable Mutex mutex_;
  Lsn position_ DM_GUARDED_BY(mutex_);
  Clock::Time until_ DM_GUARDED_BY(mutex_);
  std::uint64_t asked_ DM_GUARDED_BY(mutex_) = 0;
};

}  // namespace deltamill
