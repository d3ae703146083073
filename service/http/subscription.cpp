// Subscribers and their calls. They are called under the list's mutex: that is what lets the end of
// a subscription wait for a call under way.
#include "service/http/subscription.h"

#include <utility>

namespace deltamill {

Subscription::Subscription(Subscription&& other) noexcept
    : list_(std::exchange(other.list_, nullptr)), id_(other.id_) {}

Subscription& Subscription::operator=(Subscription&& other) noexcept {
  if (this == &other) return *this;
  end();
  list_ = std::exchange(other.list_, nullptr);
  id_ = other.id_;
  return *this;
}

void Subscription::end() noexcept {
  if (list_ == nullptr) return;
  MutexLock lock(list_->mutex);
  const auto ended = list_->calls.extract(id_);
  lock.unlock();  // what the call owns is destroyed without it
}

Subscription Subscribers::add(std::function<void()> call) {
  const MutexLock lock(list_->mutex);
  const std::uint64_t id = list_->next_id++;
  list_->calls.emplace(id, std::move(call));
  return {list_, id};
}

void Subscribers::call_all() {
  const MutexLock lock(list_->mutex);
  for (const auto& [id, call] : list_->calls) call();
}

}  // namespace deltamill
