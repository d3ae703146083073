// Ages of what is not shown yet: a queue of runs that were received, emptied from the front as
// readers advance.
#include "service/pipeline/lag.h"

#include <algorithm>

namespace deltamill {

void LagTracker::known(Frontier to, std::int64_t oldest_commit_time) {
  const MutexLock lock(mutex_);
  if (oldest_commit_time != 0) known_.push_back({to, oldest_commit_time});
}

void LagTracker::heard(std::int64_t now) {
  const MutexLock lock(mutex_);
  heard_ = std::max(heard_, now);
}

void LagTracker::reached(Frontier frontier) {
  const MutexLock lock(mutex_);
  // What is forgotten for all may be the first commit that a view which stands still does not
  // contain: its time goes there.
  for (; !known_.empty() && known_.front().to <= frontier; known_.pop_front())
    for (auto& [at, oldest_commit_time] : held_)
      if (oldest_commit_time == 0 && known_.front().to > at)
        oldest_commit_time = known_.front().oldest_commit_time;
}

void LagTracker::hold(Frontier frontier) {
  const MutexLock lock(mutex_);
  held_.emplace(frontier, 0);
}

std::int64_t LagTracker::lag_ms(Frontier frontier, std::int64_t now) const {
  const MutexLock lock(mutex_);
  if (const auto held = held_.find(frontier); held != held_.end() && held->second != 0)
    return std::max<std::int64_t>(0, (now - held->second) / 1000);
  for (const Known& run : known_)
    if (run.to > frontier) return std::max<std::int64_t>(0, (now - run.oldest_commit_time) / 1000);
  // Nothing is known beyond the frontier. That is up to date only as long as the source is heard
  // of.
  if (heard_ == 0 || now - heard_ <= silence_us) return 0;
  return (now - heard_) / 1000;
}

}  // namespace deltamill
