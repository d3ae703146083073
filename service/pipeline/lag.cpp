// Queues of what was read and of what was observed, emptied from the front as readers advance.
#include "service/pipeline/lag.h"

#include <algorithm>

namespace deltamill {

namespace {

// The server is asked each second, and its keepalives, which move the frontier where no commit does,
// come each second: a frontier that was complete within both together has kept up.
constexpr std::int64_t asking_us = 3'000'000;
// Who reads has opened the store this long ago at most, at a frontier of that time.
constexpr std::int64_t reading_us = 60'000'000;
constexpr std::size_t observed_max = 4'096;

std::int64_t age_ms(std::int64_t moment, std::int64_t now) {
  return std::max<std::int64_t>(0, (now - moment) / 1000);
}

}  // namespace

void LagTracker::known(Frontier to, std::int64_t oldest_commit_time) {
  const MutexLock lock(mutex_);
  if (oldest_commit_time != 0) known_.push_back({to, oldest_commit_time});
}

void LagTracker::observed(Lsn position, std::int64_t moment) {
  const MutexLock lock(mutex_);
  add({position, moment});
}

void LagTracker::connected(Lsn position, std::int64_t moment) {
  const MutexLock lock(mutex_);
  at_connecting_ = position;
  add({position, moment});
}

void LagTracker::add(Observed observed) {
  observed_.push_back(observed);
  if (observed_.size() > observed_max) thin_out();
}

// While readers do not advance nothing can be dropped. Every second moment is enough: a lag comes
// out longer by the distance of two moments at most, never shorter.
void LagTracker::thin_out() {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < observed_.size(); i += 2) observed_[kept++] = observed_[i];
  observed_.resize(kept);
}

void LagTracker::reached(Frontier frontier) {
  const MutexLock lock(mutex_);
  for (; !known_.empty() && known_.front().to <= frontier; known_.pop_front())
    for (auto& [at, held] : held_)
      if (held.first_commit_beyond == 0 && !held.of_other_history && known_.front().to > at)
        held.first_commit_beyond = known_.front().oldest_commit_time;
  // The one after it says as much of every frontier that somebody still reads at.
  while (observed_.size() > 1 && frontier.has_reached(observed_[1].position) &&
         observed_[1].moment < observed_.back().moment - reading_us)
    observed_.pop_front();
}

void LagTracker::hold(Frontier frontier) {
  const MutexLock lock(mutex_);
  held_.emplace(frontier, Held{0, latest_complete(frontier), false});
}

void LagTracker::forget() {
  const MutexLock lock(mutex_);
  known_.clear();
  observed_.clear();
  at_connecting_ = Lsn(UINT64_MAX);
  for (auto& [at, held] : held_) held.of_other_history = true;
}

std::int64_t LagTracker::complete_at(Frontier frontier) const {
  const MutexLock lock(mutex_);
  return latest_complete(frontier);
}

std::int64_t LagTracker::latest_complete(Frontier frontier) const {
  for (auto observed = observed_.rbegin(); observed != observed_.rend(); ++observed)
    if (frontier.has_reached(observed->position)) return observed->moment;
  return 0;
}

std::int64_t LagTracker::lag_ms(Frontier frontier, std::int64_t now) const {
  const MutexLock lock(mutex_);
  std::int64_t complete = latest_complete(frontier);
  if (const auto held = held_.find(frontier); held != held_.end()) {
    if (held->second.first_commit_beyond != 0) return age_ms(held->second.first_commit_beyond, now);
    if (held->second.of_other_history)
      return held->second.complete_at == 0 ? 0 : age_ms(held->second.complete_at, now);
    complete = std::max(complete, held->second.complete_at);
  }
  for (const Known& run : known_)
    if (run.to > frontier) return age_ms(run.oldest_commit_time, now);
  const bool kept_up = frontier.has_reached(at_connecting_) && now - complete <= asking_us;
  return complete == 0 || kept_up ? 0 : age_ms(complete, now);
}

}  // namespace deltamill
