// The queue between two threads: order, its bound, its ends.
#include "service/bounded_queue.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/held_clock.h"

namespace deltamill {

namespace {

using namespace std::chrono_literals;

struct Fixture {
  HeldClock clock;
  BoundedQueue<std::string> queue{clock, 10};
};

}  // namespace

TEST_CASE_METHOD(Fixture, "items come out in order, with their bytes") {
  CHECK(queue.push("a", 3));
  CHECK(queue.push("b", 4));
  CHECK(queue.size() == 2);
  CHECK(queue.bytes() == 7);
  CHECK(queue.pop() == "a");
  CHECK(queue.bytes() == 4);
  CHECK(queue.pop() == "b");
  CHECK_FALSE(queue.try_pop());
  CHECK(queue.bytes() == 0);
}

TEST_CASE_METHOD(Fixture, "a queue takes up to its bound and no further") {
  CHECK(queue.try_push("a", 6));
  CHECK_FALSE(queue.try_push("b", 5));
  CHECK(queue.try_push("c", 4));
  CHECK_FALSE(queue.try_push("d", 1));
}

TEST_CASE_METHOD(Fixture, "what is larger than the bound passes alone") {
  CHECK(queue.try_push("large", 50));
  CHECK_FALSE(queue.try_push("small", 1));
  CHECK(queue.pop() == "large");
  CHECK(queue.try_push("small", 1));
  CHECK_FALSE(queue.try_push("large", 50));
}

TEST_CASE("an item that is not taken is still there") {
  HeldClock clock;
  BoundedQueue<std::unique_ptr<int>> queue(clock, 10);
  auto item = std::make_unique<int>(7);
  queue.close();
  CHECK_FALSE(queue.try_push(std::move(item), 1));
  CHECK(*item == 7);  // NOLINT(bugprone-use-after-move): the promise that is tested
}

TEST_CASE_METHOD(Fixture, "a full queue lets the giver wait until there is room") {
  REQUIRE(queue.push("a", 10));
  std::thread giver([&] { queue.push("b", 10); });
  CHECK(queue.pop() == "a");
  CHECK(queue.pop() == "b");
  giver.join();
}

TEST_CASE_METHOD(Fixture, "stopping ends the wait for room and for items") {
  REQUIRE(queue.push("a", 10));
  std::stop_source stop;
  std::thread giver([&] { CHECK_FALSE(queue.push("b", 1, stop.get_token())); });
  stop.request_stop();
  giver.join();
  CHECK_FALSE(queue.pop(stop.get_token()));
  CHECK(queue.pop() == "a");
}

TEST_CASE_METHOD(Fixture, "closing ends both, after what is there was taken") {
  REQUIRE(queue.push("a", 10));
  std::thread giver([&] { CHECK_FALSE(queue.push("b", 1)); });
  queue.close();
  giver.join();
  CHECK(queue.pop() == "a");
  CHECK_FALSE(queue.pop());
}

TEST_CASE_METHOD(Fixture, "a taker waits until its deadline and no longer") {
  const Clock::Time deadline = clock.now() + 5s;
  std::thread taker([&] { CHECK_FALSE(queue.pop({}, deadline)); });
  clock.await_waiting(1);
  clock.advance(4s);
  clock.await_waiting(1);
  CHECK(clock.next_deadline() == deadline);
  clock.advance(1s);
  taker.join();
}

TEST_CASE_METHOD(Fixture, "an item ends the wait for a deadline") {
  std::thread taker([&] { CHECK(queue.pop({}, clock.now() + 5s) == "a"); });
  clock.await_waiting(1);
  CHECK(queue.push("a", 1));
  taker.join();
}

TEST_CASE_METHOD(Fixture, "a cleared queue is empty and takes again") {
  REQUIRE(queue.push("a", 10));
  queue.clear();
  CHECK(queue.size() == 0);
  CHECK(queue.try_push("b", 10));
}

TEST_CASE("nothing is lost or doubled between many givers and takers") {
  SystemClock clock;
  BoundedQueue<int> queue(clock, 16);
  constexpr int each = 2000;
  std::atomic<long> sum = 0;
  {
    std::vector<std::jthread> takers;
    for (int taker = 0; taker < 3; ++taker)
      takers.emplace_back([&] {
        while (const std::optional<int> item = queue.pop()) sum += *item;
      });
    std::vector<std::jthread> givers;
    for (int giver = 0; giver < 3; ++giver)
      givers.emplace_back([&] {
        for (int item = 1; item <= each; ++item) queue.push(int{item}, 1);
      });
    givers.clear();
    queue.close();
  }
  CHECK(sum == 3L * each * (each + 1) / 2);
}

}  // namespace deltamill
