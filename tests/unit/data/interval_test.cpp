// Intervals: input forms, modifiers, text. Expected values are PostgreSQL 15's,
// IntervalStyle=postgres.
#include "views/data/interval.h"

#include <catch2/catch.hpp>

#include "tests/unit/data/typed_text.h"

namespace deltamill {

namespace {

constexpr std::int32_t any_precision = 0xffff;

std::string interval(std::string_view text, std::int32_t modifier = -1) {
  return reprinted(TypeKind::interval, text, modifier);
}

}  // namespace

TEST_CASE("what PostgreSQL prints as an interval reads back unchanged", "[interval]") {
  for (const char* text :
       {"1 year 2 mons 3 days 04:05:06.7", "-1 days +02:03:04", "1 mon", "-1 years -2 mons",
        "00:00:00", "-00:00:00.000001", "100:00:00", "10 mons", "1 year 1 mon -1 days",
        "-1 mons +2 days", "-2562047788:00:54.775808"})
    CHECK(interval(text) == text);
}

TEST_CASE("units are read in their usual spellings", "[interval]") {
  CHECK(interval("1 day 2 hours") == "1 day 02:00:00");
  CHECK(interval("2 weeks 3d 4h 5m 6s") == "17 days 04:05:06");
  CHECK(interval("1 decade 2 centuries") == "210 years");
  CHECK(interval("1500 milliseconds") == "00:00:01.5");
  CHECK(interval("7 us") == "00:00:00.000007");
  CHECK(interval("@ 1 year") == "1 year");
  CHECK(interval("1 day ago") == "-1 days");
  CHECK(interval("5") == "00:00:05");
}

TEST_CASE("fractions spill into smaller fields", "[interval]") {
  CHECK(interval("1.5 days") == "1 day 12:00:00");
  CHECK(interval("1.5 months") == "1 mon 15 days");
  CHECK(interval("1.1 years") == "1 year 1 mon");
  CHECK(interval("1.25 weeks") == "8 days 18:00:00");
  CHECK(interval("-1.5 hours") == "-01:30:00");
}

TEST_CASE("clock times and SQL's years-months are read", "[interval]") {
  CHECK(interval("01:02:03") == "01:02:03");
  CHECK(interval("-01:02") == "-01:02:00");
  CHECK(interval("1:02.5") == "00:01:02.5");
  CHECK(interval("3 04:05:06") == "3 days 04:05:06");
  CHECK(interval("1-2") == "1 year 2 mons");
  CHECK(interval("-1-2 3 4:05") == "-1 years -2 mons +3 days 04:05:00");
}

TEST_CASE("ISO 8601 durations are read in both forms", "[interval]") {
  CHECK(interval("P1DT2H") == "1 day 02:00:00");
  CHECK(interval("P1Y2M3W4DT5H6M7.8S") == "1 year 2 mons 25 days 05:06:07.8");
  CHECK(interval("P-1Y2MT-3S") == "-10 mons -00:00:03");
  CHECK(interval("P0001-02-03T04:05:06") == "1 year 2 mons 3 days 04:05:06");
  CHECK(interval("P7.60M") == "7 mons 17 days 24:00:00");
}

TEST_CASE("what is no interval is refused", "[interval]") {
  for (const char* text :
       {"", "day", "ago", "1 fortnight", "1 day 1 day", "1 hour 01:02:03", "10:60", "1-12", "P",
        "P1H", "PT1D", "infinity", "1 quarter", "dow 1 day", "1.5.5 days", "2147483648 days",
        "178956971 years", "- day"})
    CHECK(interval(text) == "refused");
}

TEST_CASE("a modifier gives a bare number its unit and cuts what lies below", "[interval]") {
  constexpr std::int32_t year = 1 << 2, month = 1 << 1, day = 1 << 3, hour = 1 << 10;
  CHECK(interval("5", day << 16 | any_precision) == "5 days");
  CHECK(interval("5", month << 16 | any_precision) == "5 mons");
  CHECK(interval("14 mons 3 days", year << 16 | any_precision) == "1 year");
  CHECK(interval("1-2", (year | month) << 16 | any_precision) == "1 year 2 mons");
  CHECK(interval("3 days 04:05:06", (day | hour) << 16 | any_precision) == "3 days 04:00:00");
  CHECK(interval("5 6", (day | hour) << 16 | any_precision) == "5 days 06:00:00");
}

TEST_CASE("a precision rounds the seconds", "[interval]") {
  CHECK(interval("1.2345 seconds", 0x7fff << 16 | 2) == "00:00:01.23");
  CHECK(interval("-1.235 seconds", 0x7fff << 16 | 2) == "-00:00:01.24");
}

TEST_CASE("an interval packs into sixteen bytes and back", "[interval]") {
  const Interval interval{-5, 7, -9};
  Arena arena;
  CHECK(Interval::of_value(interval.to_value(arena)) == interval);
  CHECK(Interval{0, 0, 1}.span() == Interval{0, 30, 0}.span());
  CHECK(Interval{86400000000, 0, 0}.span() == Interval{0, 1, 0}.span());
}

}  // namespace deltamill
