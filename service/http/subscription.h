// Who wants to be called when something has moved, and the end of wanting it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include "service/mutex.h"

namespace deltamill {

// Ends when it is destroyed: then no call is under way and none comes any more. Empty by default.
class [[nodiscard]] Subscription {
 public:
  Subscription() = default;
  ~Subscription() { end(); }
  Subscription(Subscription&& other) noexcept;
  Subscription& operator=(Subscription&& other) noexcept;
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;

 private:
  friend class Subscribers;

  struct List {
    Mutex mutex;
    std::map<std::uint64_t, std::function<void()>> calls DM_GUARDED_BY(mutex);
    std::uint64_t next_id DM_GUARDED_BY(mutex) = 0;
  };

  Subscription(std::shared_ptr<List> list, std::uint64_t id) : list_(std::move(list)), id_(id) {}
  void end() noexcept;

  std::shared_ptr<List> list_;  // nullptr: nothing is subscribed to
  std::uint64_t id_ = 0;
};

// Thread-safe. Subscriptions may outlive it.
class Subscribers {
 public:
  // REQUIRES: `call` returns at once, does not throw, and does not touch subscriptions of this
  // list.
  [[nodiscard]] Subscription add(std::function<void()> call);
  // Calls all of them, on this thread.
  void call_all();

 private:
  std::shared_ptr<Subscription::List> list_ = std::make_shared<Subscription::List>();
};

}  // namespace deltamill
