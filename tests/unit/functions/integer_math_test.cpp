// Integer arithmetic: overflow, division, bits.
#include <catch2/catch.hpp>

#include "tests/unit/functions/call_text.h"

namespace deltamill {

namespace {

Argument int2_of(std::string_view text) {
  return value_of(TypeKind::int2, text);
}

}  // namespace

TEST_CASE("a result outside its type is an error") {
  CHECK(call("+", {int4_of("2147483647"), int4_of("1")}) == "ERROR: integer out of range");
  CHECK(call("-", {int4_of("-2147483648"), int4_of("1")}) == "ERROR: integer out of range");
  CHECK(call("*", {int8_of("3037000500"), int8_of("3037000500")}) == "ERROR: bigint out of range");
  CHECK(call("*", {int2_of("182"), int2_of("182")}) == "ERROR: smallint out of range");
  CHECK(call("/", {int4_of("-2147483648"), int4_of("-1")}) == "ERROR: integer out of range");
  CHECK(call("-", {int8_of("-9223372036854775808")}) == "ERROR: bigint out of range");
  CHECK(call("abs", {int2_of("-32768")}) == "ERROR: smallint out of range");
}

TEST_CASE("mixed operands compute in the wider type") {
  CHECK(call("+", {int2_of("32767"), int4_of("1")}) == "32768");
  CHECK(call("*", {int4_of("2147483647"), int8_of("2")}) == "4294967294");
  CHECK(call("/", {int2_of("-32768"), int4_of("-1")}) == "32768");
}

TEST_CASE("division truncates towards zero and the remainder has the dividend's sign") {
  CHECK(call("/", {int4_of("-7"), int4_of("2")}) == "-3");
  CHECK(call("%", {int4_of("-7"), int4_of("2")}) == "-1");
  CHECK(call("%", {int8_of("-9223372036854775808"), int8_of("-1")}) == "0");
  CHECK(call("/", {int4_of("1"), int4_of("0")}) == "ERROR: division by zero");
  CHECK(call("mod", {int2_of("1"), int2_of("0")}) == "ERROR: division by zero");
}

TEST_CASE("shifts take the count modulo the width") {
  CHECK(call("<<", {int4_of("1"), int4_of("31")}) == "-2147483648");
  CHECK(call("<<", {int4_of("1"), int4_of("33")}) == "2");
  CHECK(call(">>", {int4_of("-8"), int4_of("1")}) == "-4");
  CHECK(call("<<", {int8_of("1"), int4_of("63")}) == "-9223372036854775808");
  CHECK(call("<<", {int2_of("1"), int4_of("16")}) == "0");
}

TEST_CASE("bit operators work on two's complement") {
  CHECK(call("&", {int4_of("-1"), int4_of("6")}) == "6");
  CHECK(call("|", {int4_of("5"), int4_of("2")}) == "7");
  CHECK(call("#", {int4_of("5"), int4_of("1")}) == "4");
  CHECK(call("~", {int4_of("0")}) == "-1");
}

TEST_CASE("gcd and lcm are never negative") {
  CHECK(call("gcd", {int4_of("-12"), int4_of("18")}) == "6");
  CHECK(call("gcd", {int4_of("-2147483648"), int4_of("0")}) == "ERROR: integer out of range");
  CHECK(call("lcm", {int4_of("-4"), int4_of("6")}) == "12");
  CHECK(call("lcm", {int4_of("0"), int4_of("6")}) == "0");
  CHECK(call("lcm", {int4_of("2147483647"), int4_of("2")}) == "ERROR: integer out of range");
}

TEST_CASE("a NULL operand gives NULL without an error") {
  CHECK(call("/", {null_of(TypeKind::int4), int4_of("0")}) == "NULL");
}

}  // namespace deltamill
