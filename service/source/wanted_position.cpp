// A wish lasts for five seconds after it was last expressed; after that the status timer alone brings
// the position. While it lasts, the farthest one counts: whoever waits for a nearer one is served by
// the same answer.
#include "service/source/wanted_position.h"

#include <algorithm>

namespace deltamill {

namespace {

constexpr std::chrono::seconds patience(5);

}  // namespace

void WantedPosition::ask(Lsn position, Clock::Time now) {
  const MutexLock lock(mutex_);
  position_ = now < until_ ? std::max(position_, position) : position;
  until_ = now + patience;
  ++asked_;
}

WantedPosition::Wish WantedPosition::at(Clock::Time now) const {
  const MutexLock lock(mutex_);
  return {now < until_ ? position_ : Lsn(), asked_};
}

void WantedPosition::forget() {
  const MutexLock lock(mutex_);
  position_ = Lsn();
  until_ = {};
}

}  // namespace deltamill
