// Events come in the order in which they were told, and a wake-up is seen once.
#include "service/events.h"

#include <catch2/catch.hpp>
#include <thread>

namespace deltamill {

namespace {

// Waits that end only when something is told.
const auto far_away = std::chrono::steady_clock::now() + std::chrono::hours(1);
// Waits that end at once.
const auto passed = std::chrono::steady_clock::time_point::min();

std::uint32_t resumed(const std::optional<Event>& event) {
  REQUIRE(event);
  return std::get<Resume>(*event).view;
}

}  // namespace

TEST_CASE("events come in the order in which they were told") {
  SystemClock clock;
  Events events(clock);
  events.tell(Resume{1});
  events.tell(Resume{2});
  CHECK(resumed(events.next(far_away, {})) == 1);
  CHECK(resumed(events.next(far_away, {})) == 2);
  CHECK_FALSE(events.next(passed, {}));
}

TEST_CASE("a wake-up is not lost and counts once") {
  SystemClock clock;
  Events events(clock);
  events.wake();
  events.wake();
  CHECK_FALSE(events.next(far_away, {}));
  events.tell(Resume{3});
  CHECK(resumed(events.next(far_away, {})) == 3);
}

TEST_CASE("who waits is woken by an event and by the stop") {
  SystemClock clock;
  Events events(clock);
  std::jthread teller([&] { events.tell(Resume{4}); });
  CHECK(resumed(events.next(far_away, {})) == 4);
  std::stop_source stop;
  std::jthread stopper([&] { stop.request_stop(); });
  CHECK_FALSE(events.next(far_away, stop.get_token()));
}

}  // namespace deltamill
