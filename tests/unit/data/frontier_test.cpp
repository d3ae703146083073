// Positions: the text form of an LSN, and the one rule of a frontier.
#include "views/data/frontier.h"

#include <catch2/catch.hpp>

using namespace deltamill;

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

TEST_CASE("the first frontier reflects nothing", "[frontier]") {
  CHECK_FALSE(Frontier().reflects(Lsn(0)));
  CHECK(Frontier() < Frontier(Lsn(1)));
}
