// After the patience the status timer alone brings the position.
#include "service/source/wanted_position.h"

#include <algorithm>

namespace deltamill {
namespace {

constexpr std::chrono::seconds patience(5);

}  // namespace

void WantedPosition::ask(Lsn position, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  position_ = now < until_ ? std::max(position_, position) : position;
  until_ = now + patience;
  ++asked_;
}

WantedPosition::Wish WantedPosition::at(Clock::time_point now) const {
  const std::lock_guard lock(mutex_);
  return {now < until_ ? position_ : Lsn(), asked_};
}

void WantedPosition::forget() {
  const std::lock_guard lock(mutex_);
  position_ = Lsn();
  until_ = {};
}

}  // namespace deltamill
