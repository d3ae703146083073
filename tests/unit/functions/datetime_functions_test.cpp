// Dates, times and timestamps against answers that PostgreSQL 15 gave with TimeZone=UTC.
#include <catch2/catch.hpp>

#include "tests/unit/functions/call_text.h"

namespace deltamill {

namespace {

using enum TypeKind;

TEST_CASE("days are added to dates and counted between them") {
  CHECK(call("+", {value_of(date, "2024-02-28"), int4_of("2")}) == "2024-03-01");
  CHECK(call("-", {value_of(date, "2024-03-01"), int4_of("1")}) == "2024-02-29");
  CHECK(call("-", {value_of(date, "2024-03-01"), value_of(date, "2023-03-01")}) == "366");
  CHECK(call("+", {value_of(date, "infinity"), int4_of("1")}) == "infinity");
  CHECK(call("-", {value_of(date, "infinity"), value_of(date, "2024-01-01")}) ==
        "ERROR: cannot subtract infinite dates");
  CHECK(call("+", {value_of(date, "5874897-12-31"), int4_of("1")}) == "ERROR: date out of range");
}

TEST_CASE("months are added before days and cut to the end of the month") {
  CHECK(call("+", {value_of(timestamp, "2023-01-31 01:02:03"), value_of(interval, "1 mon")}) ==
        "2023-02-28 01:02:03");
  CHECK(call("+", {value_of(date, "2024-01-31"), value_of(interval, "1 mon 1 day")}) ==
        "2024-03-01 00:00:00");
  CHECK(call("-", {value_of(timestamptz, "2024-03-31 00:30:00+00"),
                   value_of(interval, "13 mons")}) == "2023-02-28 00:30:00+00");
  CHECK(call("+", {value_of(interval, "-1 year"), value_of(timestamp, "0001-06-01 00:00:00")}) ==
        "0001-06-01 00:00:00 BC");
  CHECK(call("+", {value_of(timestamp, "-infinity"), value_of(interval, "1 mon")}) == "-infinity");
  CHECK(call("+", {value_of(timestamp, "294276-12-31 23:59:59"), value_of(interval, "1 second")}) ==
        "ERROR: timestamp out of range");
  CHECK(call("+", {value_of(date, "294277-01-01"), value_of(interval, "1 day")}) ==
        "ERROR: date out of range for timestamp");
}

TEST_CASE("a difference of timestamps has days and time of one sign") {
  CHECK(call("-", {value_of(timestamp, "2024-03-01 12:00:00"),
                   value_of(timestamp, "2024-02-28 13:00:00")}) == "1 day 23:00:00");
  CHECK(call("-", {value_of(timestamptz, "2024-02-28 13:00:00+00"),
                   value_of(timestamptz, "2024-03-01 12:00:00+00")}) == "-1 days -23:00:00");
  CHECK(call("-", {value_of(timestamp, "infinity"), value_of(timestamp, "2024-01-01 00:00:00")}) ==
        "ERROR: cannot subtract infinite timestamps");
}

TEST_CASE("times of day wrap at midnight and ignore days") {
  CHECK(call("+", {value_of(time, "23:30:00"), value_of(interval, "1 day 1 hour")}) == "00:30:00");
  CHECK(call("-", {value_of(time, "00:30:00"), value_of(interval, "1 hour")}) == "23:30:00");
  CHECK(call("-", {value_of(time, "01:00:00"), value_of(time, "02:00:00.5")}) == "-01:00:00.5");
  CHECK(call("+", {value_of(date, "2024-02-28"), value_of(time, "24:00:00")}) ==
        "2024-02-29 00:00:00");
}

TEST_CASE("age borrows the days of the earlier month") {
  CHECK(call("age", {value_of(timestamp, "2001-04-10 00:00:00"),
                     value_of(timestamp, "1957-06-13 00:00:00")}) == "43 years 9 mons 27 days");
  CHECK(call("age", {value_of(timestamp, "2024-03-01 00:00:00"),
                     value_of(timestamp, "2024-01-31 12:00:00")}) == "1 mon 12:00:00");
  CHECK(call("age", {value_of(timestamp, "2024-01-31 12:00:00"),
                     value_of(timestamp, "2024-03-01 00:00:00")}) == "-1 mons -12:00:00");
}

TEST_CASE("extract gives numerics with the scale of the field") {
  const Argument at = value_of(timestamp, "2024-02-29 12:34:56.789012");
  CHECK(call("extract", {text_of("second"), at}) == "56.789012");
  CHECK(call("extract", {text_of("milliseconds"), at}) == "56789.012");
  CHECK(call("extract", {text_of("microseconds"), at}) == "56789012");
  CHECK(call("extract", {text_of("epoch"), at}) == "1709210096.789012");
  CHECK(call("extract", {text_of("julian"), at}) == "2460370.52426839134259259259");
  CHECK(call("extract", {text_of("doy"), at}) == "60");
  CHECK(call("extract", {text_of("isodow"), at}) == "4");
  CHECK(call("extract", {text_of("QUARTER"), at}) == "1");
  CHECK(call("extract", {text_of("epoch"), value_of(date, "2024-02-29")}) == "1709164800");
  CHECK(call("extract", {text_of("epoch"), value_of(interval, "1 year 1 mon 1 day 00:00:00.5")}) ==
        "34236000.500000");
  CHECK(call("extract", {text_of("hour"), value_of(interval, "-36:00:00")}) == "-36");
  CHECK(call("date_part", {text_of("epoch"), at}) == "1709210096.789012");
  CHECK(call("date_part", {text_of("second"), value_of(time, "12:34:56.789")}) == "56.789");
}

TEST_CASE("weeks and years of weeks follow ISO 8601, eras have no year 0") {
  CHECK(call("extract", {text_of("week"), value_of(date, "2020-12-28")}) == "53");
  CHECK(call("extract", {text_of("week"), value_of(date, "2021-01-03")}) == "53");
  CHECK(call("extract", {text_of("isoyear"), value_of(date, "2021-01-03")}) == "2020");
  CHECK(call("extract", {text_of("century"), value_of(date, "2000-12-31")}) == "20");
  CHECK(call("extract", {text_of("century"), value_of(date, "0001-12-31 BC")}) == "-1");
  CHECK(call("extract", {text_of("year"), value_of(date, "0044-03-15 BC")}) == "-44");
  CHECK(call("extract", {text_of("decade"), value_of(date, "0044-03-15 BC")}) == "-5");
}

TEST_CASE("fields of infinity are infinite where they grow, NULL where they turn") {
  CHECK(call("extract", {text_of("year"), value_of(date, "-infinity")}) == "-Infinity");
  CHECK(call("extract", {text_of("epoch"), value_of(timestamptz, "infinity")}) == "Infinity");
  CHECK(call("extract", {text_of("month"), value_of(timestamp, "infinity")}) == "NULL");
  CHECK(call("date_part", {text_of("julian"), value_of(timestamp, "-infinity")}) == "-Infinity");
}

TEST_CASE("fields that a type does not have are errors") {
  CHECK(call("extract", {text_of("hour"), value_of(date, "2024-01-01")}) ==
        "ERROR: unit \"hour\" not supported for type date");
  CHECK(call("extract", {text_of("timezone"), value_of(timestamp, "2024-01-01 00:00:00")}) ==
        "ERROR: unit \"timezone\" not supported for type timestamp without time zone");
  CHECK(call("extract", {text_of("timezone"), value_of(timestamptz, "2024-01-01 00:00:00+00")}) ==
        "0");
  CHECK(call("date_trunc", {text_of("Epoch"), value_of(timestamp, "2024-01-01 00:00:00")}) ==
        "ERROR: unit \"epoch\" not recognized for type timestamp without time zone");
  CHECK(call("date_trunc", {text_of("week"), value_of(interval, "1 mon")}) ==
        "ERROR: unit \"week\" not supported for type interval");
}

TEST_CASE("date_trunc goes to the start of the unit") {
  const Argument at = value_of(timestamp, "2024-02-29 12:34:56.789012");
  CHECK(call("date_trunc", {text_of("week"), at}) == "2024-02-26 00:00:00");
  CHECK(call("date_trunc", {text_of("quarter"), at}) == "2024-01-01 00:00:00");
  CHECK(call("date_trunc", {text_of("century"), at}) == "2001-01-01 00:00:00");
  CHECK(call("date_trunc", {text_of("minute"), at}) == "2024-02-29 12:34:00");
  CHECK(call("date_trunc", {text_of("milliseconds"), at}) == "2024-02-29 12:34:56.789");
  CHECK(call("date_trunc", {text_of("decade"), value_of(timestamp, "0044-03-15 01:02:03 BC")}) ==
        "0051-01-01 00:00:00 BC");
  CHECK(call("date_trunc", {text_of("day"), value_of(timestamptz, "2024-02-29 23:00:00-03")}) ==
        "2024-03-01 00:00:00+00");
  CHECK(call("date_trunc", {text_of("year"), value_of(interval, "14 mons 3 days")}) == "1 year");
  CHECK(call("date_trunc", {text_of("nonsense"), value_of(timestamp, "infinity")}) == "infinity");
}

TEST_CASE("date_bin rounds towards the past") {
  const Argument origin = value_of(timestamp, "2001-01-01 00:02:30");
  CHECK(call("date_bin", {value_of(interval, "15 minutes"),
                          value_of(timestamp, "2020-02-11 15:44:17"), origin}) ==
        "2020-02-11 15:32:30");
  CHECK(call("date_bin", {value_of(interval, "15 minutes"),
                          value_of(timestamp, "2001-01-01 00:00:00"), origin}) ==
        "2000-12-31 23:47:30");
  CHECK(call("date_bin",
             {value_of(interval, "1 mon"), value_of(timestamp, "2020-02-11 15:44:17"), origin}) ==
        "ERROR: timestamps cannot be binned into intervals containing months or years");
  CHECK(call("date_bin", {value_of(interval, "0"), value_of(timestamp, "2020-02-11 15:44:17"),
                          origin}) == "ERROR: stride must be greater than zero");
}

TEST_CASE("dates and times are made from fields") {
  CHECK(call("make_date", {int4_of("2024"), int4_of("2"), int4_of("29")}) == "2024-02-29");
  CHECK(call("make_date", {int4_of("-44"), int4_of("3"), int4_of("15")}) == "0044-03-15 BC");
  CHECK(call("make_date", {int4_of("2023"), int4_of("2"), int4_of("29")}) ==
        "ERROR: date field value out of range: 2023-02-29");
  CHECK(call("make_date", {int4_of("0"), int4_of("1"), int4_of("1")}) ==
        "ERROR: date field value out of range: 0-01-01");
  CHECK(call("make_time", {int4_of("8"), int4_of("15"), float8_of("23.5")}) == "08:15:23.5");
  CHECK(call("make_time", {int4_of("24"), int4_of("0"), float8_of("1")}) ==
        "ERROR: time field value out of range: 24:00:01");
  CHECK(call("make_timestamp", {int4_of("2013"), int4_of("7"), int4_of("15"), int4_of("8"),
                                int4_of("15"), float8_of("23.5")}) == "2013-07-15 08:15:23.5");
  CHECK(call("to_timestamp", {float8_of("1284352323.5")}) == "2010-09-13 04:32:03.5+00");
  CHECK(call("to_timestamp", {float8_of("NaN")}) == "ERROR: timestamp cannot be NaN");
}

TEST_CASE("isfinite tells infinities") {
  CHECK(call("isfinite", {value_of(date, "infinity")}) == "f");
  CHECK(call("isfinite", {value_of(timestamp, "2024-01-01 00:00:00")}) == "t");
  CHECK(call("isfinite", {value_of(interval, "1 day")}) == "t");
}

}  // namespace
}  // namespace deltamill
