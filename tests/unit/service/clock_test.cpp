// Clocks: the system's, and the one that tests hold.
#include "service/clock.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "tests/support/held_clock.h"

namespace deltamill {

namespace {

using namespace std::chrono_literals;

}  // namespace

TEST_CASE("the system's clock counts the wall's microseconds from 2000") {
  SystemClock clock;
  const auto unix_now = std::chrono::system_clock::now().time_since_epoch();
  const std::int64_t expected = std::chrono::floor<std::chrono::seconds>(unix_now).count();
  CHECK(clock.unix_seconds() >= expected);
  CHECK(clock.wall_us() / 1'000'000 == clock.unix_seconds() - 946'684'800);
}

TEST_CASE("the system's clock sleeps until the deadline or until it is stopped") {
  SystemClock clock;
  const Clock::Time deadline = clock.now() + 1ms;
  CHECK(clock.pause_until(deadline, {}));
  CHECK(clock.now() >= deadline);
  std::stop_source stop;
  std::thread sleeper([&] { CHECK_FALSE(clock.pause_for(1h, stop.get_token())); });
  stop.request_stop();
  sleeper.join();
}

TEST_CASE("a held clock moves when it is moved") {
  HeldClock clock;
  const Clock::Time before = clock.now();
  const std::int64_t wall_before = clock.wall_us();
  clock.advance(3s);
  CHECK(clock.now() - before == 3s);
  CHECK(clock.wall_us() - wall_before == 3'000'000);
  clock.set_wall_us(7);
  CHECK(clock.wall_us() == 7);
  CHECK(clock.now() - before == 3s);
}

TEST_CASE("sleepers wake in the order of their deadlines") {
  HeldClock clock;
  std::atomic<int> woken = 0;
  std::thread later([&] {
    clock.pause_for(10s, {});
    ++woken;
  });
  std::thread sooner([&] {
    clock.pause_for(5s, {});
    ++woken;
  });
  clock.await_waiting(2);
  clock.advance(5s);
  sooner.join();
  CHECK(woken == 1);
  CHECK(clock.next_deadline() == clock.now() + 5s);
  clock.advance(5s);
  later.join();
  CHECK(woken == 2);
  CHECK(clock.next_deadline() == Clock::Time::max());
}

TEST_CASE("a sleep whose deadline has passed does not wait") {
  HeldClock clock;
  CHECK(clock.pause_until(clock.now(), {}));
}

TEST_CASE("stopping ends a sleep on a held clock") {
  HeldClock clock;
  std::stop_source stop;
  std::thread sleeper([&] { CHECK_FALSE(clock.pause_for(1h, stop.get_token())); });
  clock.await_waiting(1);
  stop.request_stop();
  sleeper.join();
}

}  // namespace deltamill
