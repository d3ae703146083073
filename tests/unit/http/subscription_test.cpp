// Subscribers are called while they are subscribed, and never afterwards.
#include "service/http/subscription.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <future>
#include <optional>
#include <thread>

namespace deltamill {

TEST_CASE("each subscription is called until it ends") {
  Subscribers subscribers;
  int first_calls = 0;
  int second_calls = 0;
  const Subscription first = subscribers.add([&] { ++first_calls; });
  {
    const Subscription second = subscribers.add([&] { ++second_calls; });
    subscribers.call_all();
  }
  subscribers.call_all();
  CHECK(first_calls == 2);
  CHECK(second_calls == 1);
}

TEST_CASE("a subscription that is moved goes on, the one it replaces ends") {
  Subscribers subscribers;
  int first_calls = 0;
  int second_calls = 0;
  Subscription kept = subscribers.add([&] { ++first_calls; });
  kept = subscribers.add([&] { ++second_calls; });
  const Subscription moved = std::move(kept);
  subscribers.call_all();
  CHECK(first_calls == 0);
  CHECK(second_calls == 1);
}

TEST_CASE("a subscription may outlive what it subscribed to") {
  std::optional<Subscribers> subscribers(std::in_place);
  auto owned = std::make_shared<int>(0);
  {
    const Subscription subscription = subscribers->add([owned] { ++*owned; });
    subscribers->call_all();
    subscribers.reset();
  }
  CHECK(*owned == 1);
  CHECK(owned.use_count() == 1);
}

TEST_CASE("the end of a subscription waits for its call") {
  Subscribers subscribers;
  std::promise<void> called;
  std::promise<void> let_go;
  std::atomic<bool> returned = false;
  std::optional<Subscription> subscription = subscribers.add([&] {
    called.set_value();
    let_go.get_future().wait();
    returned = true;
  });
  std::thread caller([&] { subscribers.call_all(); });
  called.get_future().wait();
  std::thread opener([&] { let_go.set_value(); });
  subscription.reset();
  CHECK(returned);
  opener.join();
  caller.join();
}

}  // namespace deltamill
