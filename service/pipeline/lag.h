// How old is what is not yet shown: the commits known to us and the frontiers that contain them.
#pragma once

#include <cstdint>
#include <deque>
#include <map>

#include "service/mutex.h"
#include "views/data/frontier.h"

namespace deltamill {

// Thread-safe. Times are microseconds since 2000-01-01 UTC, as commits carry them.
class LagTracker {
 public:
  // A run of the change log became known; its oldest commit.
  void known(Frontier to, std::int64_t oldest_commit_time);
  // The source was heard of (a message or keepalive arrived).
  void heard(std::int64_t now);
  // What every reader sees reaches this far: what lies below is forgotten.
  void reached(Frontier frontier);
  // Something stands still at this frontier: the first commit known beyond it is not forgotten.
  void hold(Frontier frontier);

  // Age in ms of the oldest commit known that `frontier` does not contain; without one, how long
  // the source has been silent beyond `silence` (its keepalives come each second); 0 if it is not.
  [[nodiscard]] std::int64_t lag_ms(Frontier frontier, std::int64_t now) const;

 private:
  static constexpr std::int64_t silence_us = 3'000'000;

  struct Known {
    Frontier to;
    std::int64_t oldest_commit_time = 0;
  };

  mutable Mutex mutex_;
  std::deque<Known> known_ DM_GUARDED_BY(mutex_);  // ascending
  // The time of the first commit beyond, 0 = none is known yet.
  std::map<Frontier, std::int64_t> held_ DM_GUARDED_BY(mutex_);
  std::int64_t heard_ DM_GUARDED_BY(mutex_) = 0;
};

}  // namespace deltamill
