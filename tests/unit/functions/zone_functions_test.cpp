// AT TIME ZONE and date_trunc in a zone against answers that PostgreSQL 15 gave with TimeZone=UTC.
#include <catch2/catch.hpp>

#include "service/time_zone_database.h"
#include "tests/unit/functions/call_text.h"

namespace deltamill {

namespace {

using enum TypeKind;

const std::shared_ptr<const TimeZones> zones = make_time_zone_database();

std::string local(std::string_view instant, std::string_view zone) {
  return call("timezone", {text_of(zone), value_of(timestamptz, instant)}, zones);
}

std::string instant(std::string_view local, std::string_view zone) {
  return call("timezone", {text_of(zone), value_of(timestamp, local)}, zones);
}

std::string truncated(std::string_view unit, std::string_view instant, std::string_view zone) {
  return call("date_trunc", {text_of(unit), value_of(timestamptz, instant), text_of(zone)}, zones);
}

}  // namespace

TEST_CASE("a zone is UTC, an interval, or an offset that POSIX counts westward") {
  const std::string midnight = "2024-01-01 00:00:00";
  CHECK(instant(midnight, "utc") == "2024-01-01 00:00:00+00");
  CHECK(instant(midnight, "+02:30") == "2024-01-01 02:30:00+00");
  CHECK(local(midnight, "-3") == "2024-01-01 03:00:00");
  const Argument at = value_of(timestamptz, midnight);
  CHECK(call("timezone", {value_of(interval, "02:00"), at}) == "2024-01-01 02:00:00");
  CHECK(call("timezone", {value_of(interval, "1 day"), at}) ==
        "ERROR: interval time zone \"1 day\" must not include months or days");
}

TEST_CASE("in a gap the offset before it holds, in an overlap the one after it") {
  CHECK(instant("2024-03-31 02:30", "Europe/Berlin") == "2024-03-31 01:30:00+00");
  CHECK(instant("2024-10-27 02:30", "europe/BERLIN") == "2024-10-27 01:30:00+00");
  CHECK(instant("2024-03-10 02:30", "America/New_York") == "2024-03-10 07:30:00+00");
  CHECK(instant("2024-11-03 01:30", "America/New_York") == "2024-11-03 06:30:00+00");
  CHECK(instant("2014-10-26 01:30", "Europe/Moscow") == "2014-10-25 22:30:00+00");
  CHECK(instant("2024-10-27 01:30", "Europe/Dublin") == "2024-10-27 01:30:00+00");
  CHECK(local("2024-03-31 00:59:59.5+00", "Europe/Berlin") == "2024-03-31 01:59:59.5");
  CHECK(local("2024-03-31 01:00:00+00", "Europe/Berlin") == "2024-03-31 03:00:00");
}

TEST_CASE("before its first change a zone has local mean time, after its last the rules go on") {
  CHECK(local("1800-01-01 00:00:00+00", "Europe/Berlin") == "1800-01-01 00:53:28");
  CHECK(instant("1800-01-01 00:00:00", "Europe/Berlin") == "1799-12-31 23:06:32+00");
  CHECK(instant("1893-04-01 00:00:00", "Europe/Berlin") == "1893-03-31 23:06:32+00");
  CHECK(local("2060-07-01 12:00:00+00", "Europe/Berlin") == "2060-07-01 14:00:00");
  CHECK(local("20000-07-01 12:00:00+00", "Europe/Berlin") == "20000-07-01 14:00:00");
  CHECK(instant("20000-07-01 12:00:00", "Australia/Sydney") == "20000-07-01 02:00:00+00");
}

TEST_CASE("an abbreviation has its offset, or the one its zone gave it") {
  CHECK(local("2024-07-01 12:00:00+00", "EST") == "2024-07-01 07:00:00");
  CHECK(local("2024-07-01 12:00:00+00", "cest") == "2024-07-01 14:00:00");
  CHECK(local("2008-07-01 12:00:00+00", "MSK") == "2008-07-01 15:00:00");
  CHECK(local("2012-07-01 12:00:00+00", "MSK") == "2012-07-01 16:00:00");
  CHECK(local("2020-07-01 12:00:00+00", "msk") == "2020-07-01 15:00:00");
  CHECK(instant("2012-07-01 12:00:00", "MSK") == "2012-07-01 08:00:00+00");
  CHECK(instant("2012-07-01 12:00:00", "MSD") == "2012-07-01 08:00:00+00");
  CHECK(local("2024-07-01 12:00:00+00", "ART") == "2024-07-01 09:00:00");
  CHECK(local("2024-07-01 12:00:00+00", "EST5EDT") == "2024-07-01 08:00:00");
}

TEST_CASE("infinities stay whatever the zone, results beyond the range fail") {
  CHECK(local("infinity", "Mars/Olympus") == "infinity");
  CHECK(instant("-infinity", "x") == "-infinity");
  CHECK(truncated("day", "infinity", "nowhere") == "infinity");
  CHECK(instant("294276-12-31 23:30:00", "America/New_York") == "ERROR: timestamp out of range");
  CHECK(local("294276-12-31 23:30:00+00", "Europe/Berlin") == "ERROR: timestamp out of range");
  CHECK(local("4714-11-24 00:00:00+00 BC", "America/New_York") == "ERROR: timestamp out of range");
}

TEST_CASE("a zone that is unknown fails with its name") {
  for (const std::string zone :
       {"Mars/Olympus", "europe/berlin ", "europe//berlin", "Europe", ""}) {
    const std::string message = "ERROR: time zone \"" + zone + "\" not recognized";
    CHECK(local("2024-07-01 12:00:00+00", zone) == message);
    CHECK(instant("2024-07-01 12:00:00", zone) == message);
    CHECK(truncated("day", "2024-07-01 12:00:00+00", zone) == message);
  }
}

TEST_CASE("date_trunc in a zone begins where the zone's clocks do") {
  CHECK(truncated("day", "2024-03-31 12:34:56.789+00", "Europe/Berlin") ==
        "2024-03-30 23:00:00+00");
  CHECK(truncated("hour", "2024-10-27 01:30:00+00", "Europe/Berlin") == "2024-10-27 01:00:00+00");
  CHECK(truncated("hour", "2024-10-27 00:30:00+00", "Europe/Berlin") == "2024-10-27 00:00:00+00");
  CHECK(truncated("hour", "2024-01-01 12:50:00+00", "Asia/Kolkata") == "2024-01-01 12:30:00+00");
  CHECK(truncated("month", "2024-07-01 01:00:00+00", "America/New_York") ==
        "2024-06-01 04:00:00+00");
  CHECK(truncated("week", "2024-01-01 03:00:00+00", "EST") == "2023-12-25 05:00:00+00");
  CHECK(truncated("day", "2012-07-01 12:00:00+00", "MSK") == "2012-06-30 20:00:00+00");
  // An abbreviation's own offset counts when it is fixed, its zone's clocks when it is not.
  CHECK(truncated("day", "2024-01-01 12:00:00+00", "CEST") == "2023-12-31 22:00:00+00");
  CHECK(truncated("day", "2024-07-01 22:30:00+00", "MESZ") == "2024-07-01 22:00:00+00");
  CHECK(truncated("century", "2024-07-01 01:00:00+00", "Europe/Berlin") ==
        "2000-12-31 23:00:00+00");
  CHECK(truncated("daze", "2024-07-01 01:00:00+00", "UTC") ==
        "ERROR: unit \"daze\" not recognized for type timestamp with time zone");
  CHECK(truncated("timezone", "2024-07-01 01:00:00+00", "UTC") ==
        "ERROR: unit \"timezone\" not supported for type timestamp with time zone");
}

TEST_CASE("a text may name the zone of its time") {
  const auto read = [](std::string_view text) {
    return cast(text_of(text), type_of(timestamptz), zones);
  };
  CHECK(read("2024-05-01 12:00 Europe/Berlin") == "2024-05-01 10:00:00+00");
  CHECK(read("2024-05-01 Europe/Berlin 12:00") == "2024-05-01 10:00:00+00");
  CHECK(read("May 1 12:00 Europe/Berlin 2024") == "2024-05-01 10:00:00+00");
  CHECK(read("2024-05-01T12:00 america/new_york") == "2024-05-01 16:00:00+00");
  CHECK(read("2024-05-01 12:00 EST5EDT") == "2024-05-01 16:00:00+00");
  CHECK(read("2024-05-01 12:00 Japan") == "2024-05-01 03:00:00+00");
  CHECK(read("2024-05-01 12:00 MSK") == "2024-05-01 09:00:00+00");
  CHECK(cast(text_of("2024-05-01 12:00 Europe/Berlin"), type_of(timestamp), zones) ==
        "2024-05-01 12:00:00");
  CHECK(cast(text_of("2024-05-01 12:00 Europe/Berlin"), type_of(date), zones) == "2024-05-01");
}

TEST_CASE("without a database, a call knows what needs none") {
  const auto at = [](std::string_view zone) {
    return call("timezone", {text_of(zone), value_of(timestamptz, "2024-07-01 12:00:00+00")});
  };
  CHECK(at("EST") == "2024-07-01 07:00:00");
  CHECK(at("Europe/Berlin") ==
        "ERROR: time zone \"Europe/Berlin\" needs the time zone database, which is not there");
}

}  // namespace deltamill
