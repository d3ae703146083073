// POSIX specifications of time zones. Expected offsets are those PostgreSQL 15 applies.
#include "views/data/posix_zone.h"

#include <catch2/catch.hpp>

namespace deltamill {

namespace {

constexpr std::int64_t january_2024 = 1704067200;
constexpr std::int64_t july_2024 = 1719835200;

// Seconds east of UTC in January and July 2024, "refused".
std::string offsets(std::string_view text) {
  const std::optional<ZoneTable> table = parse_posix_zone(text);
  if (!table) return "refused";
  const ZoneRules rules(*table);
  return std::to_string(rules.offset_at(january_2024)) + " " +
         std::to_string(rules.offset_at(july_2024));
}

}  // namespace

TEST_CASE("offsets are counted west of Greenwich") {
  CHECK(offsets("EST5") == "-18000 -18000");
  CHECK(offsets("<+03>-3") == "10800 10800");
  CHECK(offsets("+02:30") == "-9000 -9000");
  CHECK(offsets("A-3:30:15") == "12615 12615");
  CHECK(offsets("<>5") == "-18000 -18000");
}

TEST_CASE("summer time is an hour ahead unless it says otherwise") {
  CHECK(offsets("CET-1CEST,M3.5.0,M10.5.0/3") == "3600 7200");
  CHECK(offsets("A5B3:30,M3.5.0,M10.5.0") == "-18000 -12600");
  CHECK(offsets("A5B,J60,J300") == "-18000 -14400");
  CHECK(offsets("A5B,300,60") == "-14400 -18000");
}

TEST_CASE("summer time without rules has those of the United States") {
  CHECK(offsets("XST5XDT") == "-18000 -14400");
}

TEST_CASE("rules hold in every century") {
  const ZoneRules rules(*parse_posix_zone("XST5XDT"));
  CHECK(rules.offset_at(july_2024 - 10 * seconds_per_calendar_cycle) == -14400);
  CHECK(rules.offset_at(january_2024 - 10 * seconds_per_calendar_cycle) == -18000);
  CHECK(rules.offset_at(july_2024 + 600 * seconds_per_calendar_cycle) == -14400);
}

TEST_CASE("what is no specification is refused") {
  for (const char* text : {"", "EST", "Europe/Berlin", ",5", "ABC5:60", "ABC168", "A5<", "A5<B",
                           "A5,M3.5.0,M10.5.0", "A5B,M3.5.0", "A5B,M13.1.0,M10.5.0",
                           "A5B,M3.5.7,M10.5.0", "A5B,M3.5.0,M10.5.0,", "A5B;M3.5.0;M10.5.0"})
    CHECK(offsets(text) == "refused");
}

}  // namespace deltamill
