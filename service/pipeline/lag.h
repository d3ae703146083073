// How old is what is not yet shown. Two things tell it: the commits that were read, with their
// times, and how far the server's own WAL was at moments that are asked for (SlotWatch). The first
// is exact but knows only what has arrived; by the second, rows are never taken for fresh because
// nothing was heard of what they lack.
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
  // At that moment the server's WAL ended at `position`: what contains it was complete then. Told in
  // the order of the moments but for neighbours: two that swap make a lag longer, never shorter.
  void observed(Lsn position, std::int64_t moment);
  // The same when the server is connected: what does not contain `position` may lack anything.
  void connected(Lsn position, std::int64_t moment);
  // What every reader sees reaches this far: commits below it are forgotten.
  void reached(Frontier frontier);
  // Something stands still at this frontier: the first commit known beyond it is not forgotten.
  void hold(Frontier frontier);
  // Another history begins, whose positions mean something else. What stands still keeps its age.
  void forget();

  // The latest moment at which the frontier is known to have contained every commit; 0 = none.
  [[nodiscard]] std::int64_t complete_at(Frontier frontier) const;

  // Age in ms of the oldest commit known that `frontier` does not contain; without one, how long ago
  // it was complete. 0 if that is not longer ago than asking and answering take, unless it has not
  // come to where the server was when it was connected.
  [[nodiscard]] std::int64_t lag_ms(Frontier frontier, std::int64_t now) const;

 private:
  struct Known {
    Frontier to;
    std::int64_t oldest_commit_time = 0;
  };
  struct Observed {
    Lsn position;
    std::int64_t moment = 0;
  };
  struct Held {
    std::int64_t first_commit_beyond = 0;  // 0 = none yet
    std::int64_t complete_at = 0;
    bool of_other_history = false;  // observations of this one say nothing about it
  };

  [[nodiscard]] std::int64_t latest_complete(Frontier frontier) const DM_REQUIRES(mutex_);
  void add(Observed observed) DM_REQUIRES(mutex_);
  void thin_out() DM_REQUIRES(mutex_);

  mutable Mutex mutex_;
  std::deque<Known> known_ DM_GUARDED_BY(mutex_);        // ascending
  std::deque<Observed> observed_ DM_GUARDED_BY(mutex_);  // as told
  std::map<Frontier, Held> held_ DM_GUARDED_BY(mutex_);
  Lsn at_connecting_ DM_GUARDED_BY(mutex_){UINT64_MAX};  // before that nothing is known
};

}  // namespace deltamill
