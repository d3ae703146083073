// Positions: the text form of an LSN, and the one rule of a frontier.
#include "views/data/frontier.h"

#include <catch2/catch.hpp>

namespace deltamill {

TEST_CASE("an LSN prints as PostgreSQL prints it and reads back", "[frontier]") {
  CHECK(to_string(Lsn(0x16B374D848)) == "16/B374D848");
  CHECK(to_string(Lsn(0)) == "0/0");
  CHECK(to_string(Lsn(0xffffffffffffffff)) == "FFFFFFFF/FFFFFFFF");
  CHECK(lsn_of("16/b374d848") == Lsn(0x16B374D848));
  CHECK(lsn_of("FFFFFFFF/FFFFFFFF") == Lsn(0xffffffffffffffff));
}

TEST_CASE("what is no LSN is refused", "[frontier]") {
  for (const char* text : {"", "/", "0/", "/0", "0", "1/2/3", "123456789/0", "0/123456789", "0x1/0",
                           "-1/0", "g/0", "0/1 "})
    CHECK_FALSE(lsn_of(text).has_value());
}

TEST_CASE("a transaction that commits exactly at the frontier is still to be applied",
          "[frontier]") {
  const Frontier frontier(Lsn(100));
  CHECK(frontier.reflects(Lsn(99)));
  CHECK_FALSE(frontier.reflects(Lsn(100)));
  CHECK_FALSE(frontier.reflects(Lsn(101)));
}

TEST_CASE("ticks order what is at one LSN, and no tick reaches the next", "[frontier]") {
  const Lsn lsn(0x20);
  CHECK(Frontier(lsn) < Frontier(lsn, 1));
  CHECK(Frontier(lsn, 1) < Frontier(lsn, 2));
  CHECK(Frontier(lsn, 2) < Frontier(Lsn(0x21)));
  CHECK(Frontier(lsn, 1) != Frontier(lsn));
  CHECK_FALSE(Frontier(lsn, 2).reflects(lsn));
}

TEST_CASE("a frontier has reached its own LSN and what is below", "[frontier]") {
  CHECK(Frontier(Lsn(100)).has_reached(Lsn(99)));
  CHECK(Frontier(Lsn(100)).has_reached(Lsn(100)));
  CHECK_FALSE(Frontier(Lsn(100), 5).has_reached(Lsn(101)));
}

TEST_CASE("a frontier prints its LSN, and its ticks once there are any", "[frontier]") {
  CHECK(to_string(Frontier(Lsn(0x16B3780))) == "0/16B3780");
  CHECK(to_string(Frontier(Lsn(0x16B3780), 3)) == "0/16B3780+3");
}

TEST_CASE("the first frontier reflects nothing", "[frontier]") {
  CHECK_FALSE(Frontier().reflects(Lsn(0)));
  CHECK(Frontier() < Frontier(Lsn(1)));
}

}  // namespace deltamill
