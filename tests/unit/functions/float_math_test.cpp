// Float arithmetic and functions, with PostgreSQL's answers.
#include <catch2/catch.hpp>

#include "tests/unit/functions/call_text.h"

namespace deltamill {

namespace {

Argument float4_of(std::string_view text) {
  return value_of(TypeKind::float4, text);
}

}  // namespace

TEST_CASE("an infinity that the operands do not explain is an overflow") {
  CHECK(call("*", {float8_of("1e300"), float8_of("1e300")}) ==
        "ERROR: value out of range: overflow");
  CHECK(call("*", {float8_of("Infinity"), float8_of("2")}) == "Infinity");
  CHECK(call("+", {float4_of("3.4028235e+38"), float4_of("3.4028235e+38")}) ==
        "ERROR: value out of range: overflow");
  CHECK(call("*", {float8_of("1e-200"), float8_of("1e-200")}) ==
        "ERROR: value out of range: underflow");
  CHECK(call("/", {float8_of("1"), float8_of("0")}) == "ERROR: division by zero");
  CHECK(call("/", {float8_of("NaN"), float8_of("0")}) == "NaN");
}

TEST_CASE("float4 computes in float, mixed operands in double") {
  CHECK(call("+", {float4_of("0.1"), float4_of("0.2")}) == "0.3");
  CHECK(call("+", {float4_of("0.1"), float8_of("0.2")}) == "0.30000000149011613");
  CHECK(call("*", {float4_of("1.1"), float4_of("1.1")}) == "1.21");
}

TEST_CASE("round goes to the even neighbour and keeps negative zero") {
  CHECK(call("round", {float8_of("2.5")}) == "2");
  CHECK(call("round", {float8_of("-2.5")}) == "-2");
  CHECK(call("round", {float8_of("3.5")}) == "4");
  CHECK(call("round", {float8_of("-0.4")}) == "-0");
  CHECK(call("trunc", {float8_of("-0.5")}) == "-0");
  CHECK(call("ceil", {float8_of("-0.5")}) == "-0");
  CHECK(call("sign", {float8_of("NaN")}) == "0");
}

TEST_CASE("power follows PostgreSQL at its edges") {
  CHECK(call("^", {float8_of("2"), float8_of("10")}) == "1024");
  CHECK(call("power", {float8_of("NaN"), float8_of("0")}) == "1");
  CHECK(call("power", {float8_of("1"), float8_of("NaN")}) == "1");
  CHECK(call("power", {float8_of("-Infinity"), float8_of("3")}) == "-Infinity");
  CHECK(call("power", {float8_of("-Infinity"), float8_of("-3")}) == "-0");
  CHECK(call("power", {float8_of("0.5"), float8_of("-Infinity")}) == "Infinity");
  CHECK(call("power", {float8_of("0"), float8_of("-1")}) ==
        "ERROR: zero raised to a negative power is undefined");
  CHECK(call("power", {float8_of("-1"), float8_of("0.5")}) ==
        "ERROR: a negative number raised to a non-integer power yields a complex result");
  CHECK(call("power", {float8_of("10"), float8_of("400")}) ==
        "ERROR: value out of range: overflow");
}

TEST_CASE("roots and logarithms refuse what has none") {
  CHECK(call("|/", {float8_of("2")}) == "1.4142135623730951");
  CHECK(call("sqrt", {float8_of("-1")}) == "ERROR: cannot take square root of a negative number");
  CHECK(call("ln", {float8_of("0")}) == "ERROR: cannot take logarithm of zero");
  CHECK(call("log", {float8_of("-1")}) == "ERROR: cannot take logarithm of a negative number");
  CHECK(call("exp", {float8_of("-Infinity")}) == "0");
  CHECK(call("exp", {float8_of("-800")}) == "ERROR: value out of range: underflow");
  CHECK(call("asin", {float8_of("1.5")}) == "ERROR: input is out of range");
  CHECK(call("pi", {}) == "3.141592653589793");
}

}  // namespace deltamill
