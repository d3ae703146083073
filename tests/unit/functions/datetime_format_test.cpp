// to_char of timestamps against answers that PostgreSQL 15 gave with TimeZone=UTC.
#include <catch2/catch.hpp>

#include "tests/unit/functions/call_text.h"

namespace deltamill {

namespace {

using enum TypeKind;

std::string to_char(std::string_view moment, std::string_view format) {
  return call("to_char", {value_of(timestamp, moment), text_of(format)});
}

constexpr std::string_view leap_day = "2024-02-29 14:05:06.789012";

TEST_CASE("numbers are padded to the width of their pattern") {
  CHECK(to_char(leap_day, "YYYY-MM-DD HH24:MI:SS.US") == "2024-02-29 14:05:06.789012");
  CHECK(to_char(leap_day, "HH12:MI:SS.MS am") == "02:05:06.789 pm");
  CHECK(to_char(leap_day, "Y,YYY YYY YY Y CC Q WW W J") == "2,024 024 24 4 21 1 09 5 2460370");
  CHECK(to_char(leap_day, "SSSS FF1 FF4") == "50706 7 7890");
  CHECK(to_char("0044-03-15 01:02:03 BC", "YYYY BC CC") == "0044 BC -01");
}

TEST_CASE("names are padded to nine characters in the pattern's case") {
  CHECK(to_char(leap_day, "DAY|Day|day|Dy") == "THURSDAY |Thursday |thursday |Thu");
  CHECK(to_char(leap_day, "MONTH|Mon|RM|rm") == "FEBRUARY |Feb|II  |ii  ");
}

TEST_CASE("FM takes the padding away, TH adds an ordinal") {
  CHECK(to_char("2024-01-02 03:04:05", "FMDay, FMDDth FMMonth FMHH24") == "Tuesday, 2nd January 3");
  CHECK(to_char("2024-01-11 00:00:00", "DDTH DDDth") == "11TH 011th");
}

TEST_CASE("weeks follow ISO 8601 under I") {
  CHECK(to_char("2021-01-03 00:00:00", "IYYY-\"W\"IW-ID IDDD") == "2020-W53-7 371");
}

TEST_CASE("quoted text and what is no pattern stand for themselves") {
  CHECK(to_char(leap_day, "\"YYYY\" YYYY \\\"Hh24é") == "YYYY 2024 \"Hh24é");
}

TEST_CASE("only a timestamptz has a zone") {
  CHECK(to_char(leap_day, "TZ|OF") == "|+00");
  CHECK(call("to_char", {value_of(timestamptz, "2024-02-29 12:00:00+02"),
                         text_of("HH24 TZ tz TZH:TZM OF")}) == "10 UTC utc +00:00 +00");
}

TEST_CASE("infinity and an empty format are NULL, names in other languages are refused") {
  CHECK(to_char("infinity", "YYYY") == "NULL");
  CHECK(to_char(leap_day, "") == "NULL");
  CHECK(to_char(leap_day, "TMMonth") ==
        "ERROR: to_char with TM depends on the server's language: not supported");
}

}  // namespace
}  // namespace deltamill
