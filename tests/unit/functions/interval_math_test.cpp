// Arithmetic of intervals against answers that PostgreSQL 15 gave.
#include <catch2/catch.hpp>

#include "tests/unit/functions/call_text.h"

namespace deltamill {

namespace {

using enum TypeKind;

TEST_CASE("intervals are added field by field") {
  CHECK(call("+", {value_of(interval, "1 mon 30 days"), value_of(interval, "1 mon 1 day 25:00")}) ==
        "2 mons 31 days 25:00:00");
  CHECK(call("-", {value_of(interval, "1 day"), value_of(interval, "25:00")}) == "1 day -25:00:00");
  CHECK(call("-", {value_of(interval, "1 mon -2 days")}) == "-1 mons +2 days");
  CHECK(call("+", {value_of(interval, "2147483647 days"), value_of(interval, "1 day")}) ==
        "ERROR: interval out of range");
}

TEST_CASE("fractions of a product cascade into the lower fields") {
  CHECK(call("*", {value_of(interval, "1 mon"), float8_of("0.5")}) == "15 days");
  CHECK(call("*", {float8_of("1.5"), value_of(interval, "1 year 1 mon 1 day")}) ==
        "1 year 7 mons 16 days 12:00:00");
  CHECK(call("*", {value_of(interval, "1 day"), float8_of("-0.1")}) == "-02:24:00");
  CHECK(call("/", {value_of(interval, "1 mon"), float8_of("7")}) == "4 days 06:51:25.6896");
  CHECK(call("/", {value_of(interval, "1 mon"), float8_of("0")}) == "ERROR: division by zero");
  CHECK(call("*", {value_of(interval, "1 mon"), float8_of("NaN")}) ==
        "ERROR: interval out of range");
}

TEST_CASE("justifying moves whole units up and gives all fields one sign") {
  CHECK(call("justify_hours", {value_of(interval, "36:00")}) == "1 day 12:00:00");
  CHECK(call("justify_days", {value_of(interval, "35 days")}) == "1 mon 5 days");
  CHECK(call("justify_days", {value_of(interval, "1 mon -5 days")}) == "25 days");
  CHECK(call("justify_interval", {value_of(interval, "1 mon -1 hour")}) == "29 days 23:00:00");
  CHECK(call("justify_interval", {value_of(interval, "-1 mon +1 day -00:00:00.1")}) ==
        "-29 days -00:00:00.1");
}

TEST_CASE("make_interval fills in zeros") {
  CHECK(call("make_interval", {}) == "00:00:00");
  CHECK(call("make_interval", {int4_of("1"), int4_of("-2"), int4_of("1")}) == "10 mons 7 days");
  CHECK(call("make_interval", {int4_of("0"), int4_of("0"), int4_of("0"), int4_of("1"), int4_of("2"),
                               int4_of("3"), float8_of("4.5")}) == "1 day 02:03:04.5");
}

}  // namespace
}  // namespace deltamill
