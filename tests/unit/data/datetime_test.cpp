// Dates and times: calendar, input forms, text. Expected values are PostgreSQL 15's, time zone UTC.
#include "views/data/datetime.h"

#include <catch2/catch.hpp>
#include <random>

#include "tests/unit/data/typed_text.h"

namespace deltamill {

namespace {

std::string date(std::string_view text) {
  return reprinted(TypeKind::date, text);
}
std::string time_of_day(std::string_view text, std::int32_t modifier = -1) {
  return reprinted(TypeKind::time, text, modifier);
}
std::string timestamp(std::string_view text, std::int32_t modifier = -1) {
  return reprinted(TypeKind::timestamp, text, modifier);
}
std::string timestamptz(std::string_view text) {
  return reprinted(TypeKind::timestamptz, text);
}

}  // namespace

TEST_CASE("days and civil dates agree over the whole range", "[datetime]") {
  CHECK(days_from_civil({2000, 1, 1}) == 0);
  CHECK(days_from_civil({1970, 1, 1}) == unix_epoch_days);
  CHECK(days_from_civil({-4712, 1, 1}) == date_begin + 38);
  CHECK(days_from_civil({5874897, 12, 31}) == date_end - 1);
  std::mt19937_64 random(1);
  for (int round = 0; round < 20000; ++round) {
    const std::int64_t days =
        date_begin + static_cast<std::int64_t>(random() % (date_end - date_begin));
    const CivilDate civil = civil_from_days(days);
    REQUIRE(days_from_civil(civil) == days);
    REQUIRE(civil.day <= days_in_month(civil.year, civil.month));
  }
}

TEST_CASE("consecutive days follow the calendar through leap years", "[datetime]") {
  CivilDate expected{1899, 12, 31};
  for (std::int64_t days = days_from_civil(expected); days < days_from_civil({2101, 1, 1});
       ++days) {
    REQUIRE(civil_from_days(days) == expected);
    if (++expected.day > days_in_month(expected.year, expected.month)) {
      expected.day = 1;
      if (++expected.month > 12) {
        expected.month = 1;
        ++expected.year;
      }
    }
  }
}

TEST_CASE("weekdays count from Monday", "[datetime]") {
  CHECK(iso_weekday(0) == 6);
  CHECK(iso_weekday(2) == 1);
  CHECK(iso_weekday(days_from_civil({2024, 5, 1})) == 3);
  CHECK(iso_weekday(days_from_civil({1969, 7, 20})) == 7);
}

TEST_CASE("what PostgreSQL prints reads back unchanged", "[datetime]") {
  for (const char* text : {"2024-05-01", "0001-01-01", "4714-11-24 BC", "5874897-12-31", "infinity",
                           "-infinity", "10000-01-01"})
    CHECK(date(text) == text);
  for (const char* text : {"2024-05-01 12:00:00", "2024-05-01 12:00:00.1234",
                           "0044-03-15 01:02:03 BC", "294276-12-31 23:59:59.999999",
                           "4714-11-24 00:00:00 BC", "1999-12-31 23:59:59.000001", "-infinity"})
    CHECK(timestamp(text) == text);
  for (const char* text : {"2024-05-01 10:00:00.5+00", "0044-03-15 01:02:03+00 BC", "infinity"})
    CHECK(timestamptz(text) == text);
  for (const char* text : {"00:00:00", "23:59:59.999999", "24:00:00", "12:00:01.5"})
    CHECK(time_of_day(text) == text);
}

TEST_CASE("dates are read in the usual forms", "[datetime]") {
  CHECK(date("1999-Jan-08") == "1999-01-08");
  CHECK(date("Jan 8, 1999") == "1999-01-08");
  CHECK(date("8 January 1999") == "1999-01-08");
  CHECK(date("1/8/1999") == "1999-01-08");
  CHECK(date("20240203") == "2024-02-03");
  CHECK(date("1/1/69") == "2069-01-01");
  CHECK(date("1/1/70") == "1970-01-01");
  CHECK(date("J2451187") == "1999-01-08");
  CHECK(date("2024-02-03 23:59:59") == "2024-02-03");
  CHECK(date("epoch") == "1970-01-01");
  CHECK(date(" 0044-03-15 BC ") == "0044-03-15 BC");
}

TEST_CASE("days that do not exist are refused", "[datetime]") {
  for (const char* text :
       {"2023-02-29", "2024-02-30", "2024-13-01", "2024-00-10", "0000-01-01", "5874898-01-01",
        "4714-11-23 BC", "2024-1", "", "today", "now", "99-1-1", "2024-01-01 BC AD"})
    CHECK(date(text) == "refused");
}

TEST_CASE("timestamps are read with separators, halves of the day and zones", "[datetime]") {
  CHECK(timestamp("2024-02-03T04:05:06.789") == "2024-02-03 04:05:06.789");
  CHECK(timestamp("20240203T040506") == "2024-02-03 04:05:06");
  CHECK(timestamp("Jan 8 1999 4:05 PM") == "1999-01-08 16:05:00");
  CHECK(timestamp("2024-02-03 12:30 AM") == "2024-02-03 00:30:00");
  CHECK(timestamp("2024-02-03 24:00:00") == "2024-02-04 00:00:00");
  CHECK(timestamp("2024-02-03 04:05:06+05") == "2024-02-03 04:05:06");
  CHECK(timestamp("2024-02-03") == "2024-02-03 00:00:00");
  CHECK(timestamptz("2024-02-03 04:05:06.1234567-03:30") == "2024-02-03 07:35:06.123457+00");
  CHECK(timestamptz("2024-02-03 04:05:06 +0530") == "2024-02-02 22:35:06+00");
  CHECK(timestamptz("2024-02-03T04:05:06Z") == "2024-02-03 04:05:06+00");
  CHECK(timestamptz("2024-02-03 04:05:06") == "2024-02-03 04:05:06+00");
}

TEST_CASE("a zone is an offset, an abbreviation or a POSIX specification", "[datetime]") {
  CHECK(timestamptz("2024-05-01 EST") == "2024-05-01 05:00:00+00");
  CHECK(timestamptz("2024-05-01 12:00 z") == "2024-05-01 12:00:00+00");
  CHECK(timestamptz("2024-05-01 12:00 z+5") == "2024-05-01 17:00:00+00");
  CHECK(timestamptz("2024-05-01 12:00 UTC-05") == "2024-05-01 07:00:00+00");
  // As one word it names a zone: the PM is not seen.
  CHECK(timestamptz("2024-01-01 10:00 PM-05") == "2024-01-01 05:00:00+00");
  CHECK(timestamp("2024-01-01 10:00 PM-05") == "2024-01-01 10:00:00");
  CHECK(timestamptz("infinity EST") == "infinity");
  CHECK(timestamptz("-infinity EST") == "-infinity");
  for (const char* text : {"2024-05-01 12:00 EST UTC", "2024-05-01 12:00 EST+05 UTC",
                           "2024-05-01 12:00 nowhere", "12:00 EST", "EST 12:00 2024-05-01",
                           "12:00EST20240501", "2024-05-01y12:00", "BC 2024-05-01 12:00"})
    CHECK(timestamptz(text) == "refused");
  CHECK(time_of_day("12:00 EST") == "12:00:00");
  CHECK(time_of_day("2024-05-01 12:00 UTC") == "12:00:00");
  CHECK(time_of_day("2024-05-01 12:00 UTC+3") == "refused");
}

TEST_CASE("timestamps out of range or malformed are refused", "[datetime]") {
  for (const char* text :
       {"294277-01-01", "4714-11-23 23:59:59 BC", "2024-01-01 25:00", "", "2024-01-01 1",
        "2024-01-01 10:60", "2024-01-01 10:00:61", "2024-01-01 24:00:00.000001", "10:00",
        "2024-01-01 13:00 PM", "infinity 10:00"})
    CHECK(timestamp(text) == "refused");
  CHECK(timestamptz("2024-01-01 10:00+16") == "refused");
}

TEST_CASE("times are read with and without separators", "[datetime]") {
  CHECK(time_of_day("04:05") == "04:05:00");
  CHECK(time_of_day("040506") == "04:05:06");
  CHECK(time_of_day("04:05 PM") == "16:05:00");
  CHECK(time_of_day("12:00 AM") == "00:00:00");
  CHECK(time_of_day("23:59:60") == "24:00:00");
  CHECK(time_of_day("24:00:00.1") == "refused");
  CHECK(time_of_day("2024-01-01") == "refused");
}

TEST_CASE("a precision rounds half away from zero", "[datetime]") {
  CHECK(timestamp("2024-05-01 12:00:00.1235", 3) == "2024-05-01 12:00:00.124");
  CHECK(timestamp("2024-05-01 23:59:59.9999", 2) == "2024-05-02 00:00:00");
  CHECK(timestamp("1999-12-31 23:59:59.5", 0) == "1999-12-31 23:59:59");
  CHECK(timestamp("infinity", 0) == "infinity");
  CHECK(time_of_day("23:59:59.96", 1) == "24:00:00");
}

}  // namespace deltamill
