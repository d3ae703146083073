// The supervisor's queue of events. A wake-up without an event is remembered until somebody looks,
// so that none is lost between two looks.
#include "service/events.h"

#include <utility>

namespace deltamill {

void Events::tell(Event event) {
  const MutexLock lock(mutex_);
  events_.push_back(std::move(event));
  changed_.notify_one();
}

void Events::wake() {
  const MutexLock lock(mutex_);
  woken_ = true;
  changed_.notify_one();
}

std::optional<Event> Events::next(Clock::Time deadline, const std::stop_token& stop) {
  MutexLock lock(mutex_);
  while (events_.empty() && !woken_ && !stop.stop_requested() && clock_.now() < deadline)
    clock_.wait_until(lock, changed_, deadline, stop);
  woken_ = false;
  if (events_.empty()) return std::nullopt;
  Event event = std::move(events_.front());
  events_.pop_front();
  return event;
}

}  // namespace deltamill
