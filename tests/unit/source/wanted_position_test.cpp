// Which position readers wait for.
#include "service/source/wanted_position.h"

#include <catch2/catch.hpp>

namespace deltamill {

namespace {

using namespace std::chrono_literals;

const Clock::Time start{1h};

TEST_CASE("nobody waits before anybody asks") {
  const WantedPosition wanted;
  CHECK(wanted.at(start).position == Lsn());
}

TEST_CASE("the farthest of the positions asked for is wanted") {
  WantedPosition wanted;
  wanted.ask(Lsn(200), start);
  wanted.ask(Lsn(100), start + 1s);
  CHECK(wanted.at(start + 1s).position == Lsn(200));
}

TEST_CASE("a wish ends by itself") {
  WantedPosition wanted;
  wanted.ask(Lsn(200), start);
  CHECK(wanted.at(start + 4s).position == Lsn(200));
  CHECK(wanted.at(start + 5s).position == Lsn());
}

TEST_CASE("a far position that ended does not hide a nearer one") {
  WantedPosition wanted;
  wanted.ask(Lsn(UINT64_MAX), start);
  wanted.ask(Lsn(100), start + 6s);
  CHECK(wanted.at(start + 6s).position == Lsn(100));
}

TEST_CASE("asking again is seen even for the same position") {
  WantedPosition wanted;
  wanted.ask(Lsn(200), start);
  const auto before = wanted.at(start).asked;
  wanted.ask(Lsn(200), start);
  CHECK(wanted.at(start).asked != before);
}

}  // namespace
}  // namespace deltamill
