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

TEST_CASE("a silent source makes a lag once it is silent for longer than its keepalives allow") {
  LagTracker lag;
  lag.heard(10 * second);
  CHECK(lag.lag_ms(position(10), 13 * second) == 0);
  CHECK(lag.lag_ms(position(10), 14 * second) == 4000);
  lag.heard(14 * second);
  CHECK(lag.lag_ms(position(10), 14 * second) == 0);
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
