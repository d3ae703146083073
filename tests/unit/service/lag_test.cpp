// Ages of what is not shown. Times are microseconds.
#include "service/pipeline/lag.h"

#include <catch2/catch.hpp>

namespace deltamill {

namespace {

constexpr std::int64_t second = 1'000'000;

Frontier position(std::uint64_t end) {
  return Frontier(Lsn(end));
}

}  // namespace

TEST_CASE("nothing known is no lag") {
  const LagTracker lag;
  CHECK(lag.lag_ms(position(10), 100 * second) == 0);
}

TEST_CASE("the lag is the age of the oldest commit that is not contained") {
  LagTracker lag;
  lag.known(position(20), 10 * second);
  lag.known(position(30), 12 * second);
  CHECK(lag.lag_ms(position(10), 15 * second) == 5000);
  CHECK(lag.lag_ms(position(20), 15 * second) == 3000);
  CHECK(lag.lag_ms(position(30), 15 * second) == 0);
}

TEST_CASE("what every reader has seen is forgotten") {
  LagTracker lag;
  lag.known(position(20), 10 * second);
  lag.known(position(30), 12 * second);
  lag.reached(position(20));
  CHECK(lag.lag_ms(position(10), 15 * second) == 3000);
}

TEST_CASE("what stands still is as old as the first commit beyond it, however far readers are") {
  LagTracker lag;
  lag.known(position(20), 10 * second);
  lag.hold(position(20));
  CHECK(lag.lag_ms(position(20), 15 * second) == 0);
  lag.known(position(30), 12 * second);
  lag.known(position(40), 14 * second);
  CHECK(lag.lag_ms(position(20), 15 * second) == 3000);
  lag.reached(position(40));
  CHECK(lag.lag_ms(position(20), 16 * second) == 4000);
  CHECK(lag.lag_ms(position(40), 16 * second) == 0);
}

TEST_CASE("what stands still and was complete when it stopped counts from then") {
  LagTracker lag;
  lag.observed(Lsn(20), 10 * second);
  lag.hold(position(20));
  for (std::uint64_t at = 11; at < 200; ++at) lag.observed(Lsn(10 + at), at * second);
  lag.reached(position(300));
  CHECK(lag.lag_ms(position(20), 200 * second) == 190'000);
}

TEST_CASE(
    "rows that a server's position is missing from are not fresh, though no commit is known") {
  LagTracker lag;
  lag.observed(Lsn(10), 10 * second);
  lag.observed(Lsn(20), 60 * second);
  CHECK(lag.lag_ms(position(10), 60 * second) == 50'000);
  CHECK(lag.lag_ms(position(19), 60 * second) == 50'000);
  CHECK(lag.lag_ms(position(20), 60 * second) == 0);
}

TEST_CASE("before the position of connecting is reached, every moment of delay counts") {
  LagTracker lag;
  lag.observed(Lsn(10), 10 * second);
  CHECK(lag.lag_ms(position(10), 12 * second) == 2000);
  lag.connected(Lsn(20), 12 * second);
  CHECK(lag.lag_ms(position(10), 12 * second) == 2000);
  CHECK(lag.lag_ms(position(20), 13 * second) == 0);
  lag.observed(Lsn(30), 13 * second);
  CHECK(lag.lag_ms(position(20), 14 * second) == 0);
}

TEST_CASE("between two runs that are read the lag does not fall to nothing") {
  LagTracker lag;
  lag.observed(Lsn(10), 10 * second);
  lag.observed(Lsn(90), 60 * second);
  lag.known(position(50), 20 * second);
  CHECK(lag.lag_ms(position(10), 60 * second) == 40'000);
  lag.reached(position(50));
  CHECK(lag.lag_ms(position(50), 60 * second) == 50'000);
  lag.known(position(90), 55 * second);
  CHECK(lag.lag_ms(position(50), 60 * second) == 5000);
}

TEST_CASE("a source that says nothing makes a lag once it is silent for longer than asking takes") {
  LagTracker lag;
  lag.connected(Lsn(10), 10 * second);
  CHECK(lag.lag_ms(position(10), 13 * second) == 0);
  CHECK(lag.lag_ms(position(10), 14 * second) == 4000);
  lag.observed(Lsn(10), 14 * second);
  CHECK(lag.lag_ms(position(10), 14 * second) == 0);
}

TEST_CASE("readers that opened the store before its latest commits keep their lag") {
  LagTracker lag;
  for (std::uint64_t at = 1; at <= 300; ++at) {
    lag.observed(Lsn(at), at * second);
    lag.reached(position(at));
  }
  CHECK(lag.lag_ms(position(270), 300 * second) == 30'000);
}

TEST_CASE(
    "moments are kept while readers stand still, within bounds, and never make a lag shorter") {
  LagTracker lag;
  for (std::uint64_t at = 1; at <= 20'000; ++at) lag.observed(Lsn(at), at * second);
  CHECK(lag.complete_at(position(1)) == second);
  for (std::int64_t at = 1; at <= 20'000; at += 371)
    CHECK(lag.complete_at(position(static_cast<std::uint64_t>(at))) <= at * second);
  CHECK(lag.complete_at(position(20'000)) == 20'000 * second);
}

TEST_CASE("another history knows nothing of the one before but what stands still") {
  LagTracker lag;
  lag.known(position(100), 10 * second);
  lag.observed(Lsn(90), 10 * second);
  lag.hold(position(90));
  lag.forget();
  lag.observed(Lsn(5), 50 * second);
  CHECK(lag.lag_ms(position(5), 50 * second) == 0);
  CHECK(lag.lag_ms(position(4), 50 * second) == 0);
  CHECK(lag.lag_ms(position(90), 50 * second) == 40'000);
}

TEST_CASE("a clock behind the source's makes no negative lag") {
  LagTracker lag;
  lag.known(position(20), 10 * second);
  CHECK(lag.lag_ms(position(10), 9 * second) == 0);
}

TEST_CASE("a run without a transaction is nothing to wait for") {
  LagTracker lag;
  lag.known(position(20), 0);
  CHECK(lag.lag_ms(position(10), 15 * second) == 0);
}

}  // namespace deltamill
