// Comparison operators of every type, NULLs and mixed widths included.
#include <catch2/catch.hpp>

#include "tests/unit/functions/call_text.h"

namespace deltamill {

TEST_CASE("integers of different widths compare by value") {
  CHECK(call("=", {value_of(TypeKind::int2, "-5"), int8_of("-5")}) == "t");
  CHECK(call("<", {int4_of("2147483647"), int8_of("2147483648")}) == "t");
  CHECK(call(">=", {int8_of("-9223372036854775808"), value_of(TypeKind::int2, "0")}) == "f");
  CHECK(call("<>", {int4_of("7"), int4_of("7")}) == "f");
}

TEST_CASE("NaN equals NaN and is greater than every number") {
  CHECK(call("=", {float8_of("NaN"), float8_of("NaN")}) == "t");
  CHECK(call(">", {float8_of("NaN"), float8_of("Infinity")}) == "t");
  CHECK(call("<", {float8_of("NaN"), float8_of("1")}) == "f");
  CHECK(call(">", {numeric_of("NaN"), numeric_of("Infinity")}) == "t");
  CHECK(call("=", {numeric_of("NaN"), numeric_of("NaN")}) == "t");
}

TEST_CASE("negative zero equals zero") {
  CHECK(call("=", {float8_of("-0"), float8_of("0")}) == "t");
  CHECK(call("<", {float8_of("-0"), float8_of("0")}) == "f");
}

TEST_CASE("a float4 compares with a float8 by its exact value") {
  CHECK(call("=", {value_of(TypeKind::float4, "0.5"), float8_of("0.5")}) == "t");
  CHECK(call("=", {value_of(TypeKind::float4, "0.1"), float8_of("0.1")}) == "f");
}

TEST_CASE("numerics compare by value whatever their scale") {
  CHECK(call("=", {numeric_of("1.0"), numeric_of("1.000")}) == "t");
  CHECK(call("<", {numeric_of("-99999999999999999999"), numeric_of("0.1")}) == "t");
  CHECK(call(">", {numeric_of("0.00000000000000000001"), numeric_of("0")}) == "t");
}

TEST_CASE("text orders by bytes, a prefix first") {
  CHECK(call("<", {text_of("B"), text_of("a")}) == "t");
  CHECK(call("<", {text_of("a"), text_of("ab")}) == "t");
  CHECK(call("<", {text_of(""), text_of("a")}) == "t");
  CHECK(call(">", {text_of("ü"), text_of("z")}) == "t");
  CHECK(call("=", {text_of("a "), text_of("a")}) == "f");
}

TEST_CASE("char(n) compares without trailing blanks") {
  CHECK(call("=", {value_of(TypeKind::bpchar, "ab  "), value_of(TypeKind::bpchar, "ab")}) == "t");
  CHECK(call("<", {value_of(TypeKind::bpchar, "a  "), value_of(TypeKind::bpchar, "ab")}) == "t");
}

TEST_CASE("dates compare with timestamps, also beyond the range of timestamps") {
  const Argument last_date = value_of(TypeKind::date, "5874897-12-31");
  CHECK(call("=", {value_of(TypeKind::date, "2024-05-01"),
                   value_of(TypeKind::timestamp, "2024-05-01 00:00:00")}) == "t");
  CHECK(call(">", {last_date, value_of(TypeKind::timestamp, "294276-12-31 23:59:59")}) == "t");
  CHECK(call("<", {last_date, value_of(TypeKind::timestamp, "infinity")}) == "t");
  CHECK(call("=", {value_of(TypeKind::timestamptz, "infinity"),
                   value_of(TypeKind::date, "infinity")}) == "t");
  CHECK(call("<", {value_of(TypeKind::timestamptz, "2024-05-01 00:00:00+00"),
                   value_of(TypeKind::timestamp, "2024-05-01 00:00:01")}) == "t");
}

TEST_CASE("intervals compare by their total") {
  CHECK(call("=", {value_of(TypeKind::interval, "1 mon"),
                   value_of(TypeKind::interval, "30 days")}) == "t");
  CHECK(call("=", {value_of(TypeKind::interval, "1 day"),
                   value_of(TypeKind::interval, "24:00:00")}) == "t");
}

TEST_CASE("enums compare by the order of their labels") {
  auto mood = std::make_shared<EnumType>();
  mood->oid = 70000;
  mood->name = "mood";
  mood->labels = {"sad", "ok", "happy"};
  Type type = type_of(TypeKind::enumeration);
  type.enumeration = mood;
  CHECK(call("<", {{type, "sad"}, {type, "happy"}}) == "t");
  CHECK(call("<", {{type, "ok"}, {type, "happy"}}) == "t");
  CHECK(call("=", {{type, "ok"}, {type, "ok"}}) == "t");
}

TEST_CASE("a comparison with NULL is NULL") {
  CHECK(call("=", {null_of(TypeKind::int4), int4_of("1")}) == "NULL");
  CHECK(call("<>", {text_of("a"), null_of(TypeKind::text)}) == "NULL");
}

}  // namespace deltamill
