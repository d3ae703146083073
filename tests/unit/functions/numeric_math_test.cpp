// Numeric arithmetic and functions, with PostgreSQL's answers and scales.
#include <catch2/catch.hpp>

#include "tests/unit/functions/call_text.h"

namespace deltamill {

TEST_CASE("sums keep the larger scale, products add the scales") {
  CHECK(call("+", {numeric_of("1.10"), numeric_of("2.200")}) == "3.300");
  CHECK(call("-", {numeric_of("1"), numeric_of("0.01")}) == "0.99");
  CHECK(call("*", {numeric_of("1.50"), numeric_of("2.0")}) == "3.000");
  CHECK(call("*", {numeric_of("99999999999999999999"), numeric_of("99999999999999999999")}) ==
        "9999999999999999999800000000000000000001");
  CHECK(call("+", {numeric_of("9223372036854775807"), numeric_of("1")}) == "9223372036854775808");
}

TEST_CASE("a quotient has at least sixteen significant digits") {
  CHECK(call("/", {numeric_of("1"), numeric_of("3")}) == "0.33333333333333333333");
  CHECK(call("/", {numeric_of("10"), numeric_of("2")}) == "5.0000000000000000");
  CHECK(call("/", {numeric_of("12345.67"), numeric_of("3")}) == "4115.2233333333333333");
  CHECK(call("/", {numeric_of("-2"), numeric_of("3")}) == "-0.66666666666666666667");
  CHECK(call("/", {numeric_of("1"), numeric_of("0.00")}) == "ERROR: division by zero");
  CHECK(call("/", {numeric_of("1e30"), numeric_of("7")}) == "142857142857142857142857142857");
}

TEST_CASE("remainders and truncating division follow the dividend's sign") {
  CHECK(call("%", {numeric_of("-7.5"), numeric_of("2")}) == "-1.5");
  CHECK(call("mod", {numeric_of("7.50"), numeric_of("-2")}) == "1.50");
  CHECK(call("div", {numeric_of("-7.5"), numeric_of("2")}) == "-3");
  CHECK(call("%", {numeric_of("1"), numeric_of("0")}) == "ERROR: division by zero");
}

TEST_CASE("numeric rounds half away from zero") {
  CHECK(call("round", {numeric_of("2.5")}) == "3");
  CHECK(call("round", {numeric_of("-2.5")}) == "-3");
  CHECK(call("round", {numeric_of("2.445"), int4_of("2")}) == "2.45");
  CHECK(call("round", {numeric_of("2.4"), int4_of("3")}) == "2.400");
  CHECK(call("round", {numeric_of("1251"), int4_of("-2")}) == "1300");
  CHECK(call("trunc", {numeric_of("-2.99"), int4_of("1")}) == "-2.9");
  CHECK(call("ceil", {numeric_of("-0.5")}) == "0");
  CHECK(call("floor", {numeric_of("-0.5")}) == "-1");
}

TEST_CASE("NaN and the infinities pass through arithmetic") {
  CHECK(call("+", {numeric_of("Infinity"), numeric_of("-Infinity")}) == "NaN");
  CHECK(call("*", {numeric_of("-Infinity"), numeric_of("2")}) == "-Infinity");
  CHECK(call("/", {numeric_of("1"), numeric_of("Infinity")}) == "0");
  CHECK(call("-", {numeric_of("NaN")}) == "NaN");
  CHECK(call("sign", {numeric_of("-Infinity")}) == "-1");
}

TEST_CASE("square roots have the scale that PostgreSQL gives them") {
  CHECK(call("sqrt", {numeric_of("2")}) == "1.414213562373095");
  CHECK(call("sqrt", {numeric_of("4.00")}) == "2.000000000000000");
  CHECK(call("sqrt", {numeric_of("12345678901234567890")}) == "3513641828.8201443");
  CHECK(call("sqrt", {numeric_of("-1")}) == "ERROR: cannot take square root of a negative number");
}

TEST_CASE("powers have the scale that PostgreSQL gives them") {
  CHECK(call("power", {numeric_of("2.5"), numeric_of("3")}) == "15.6250000000000000");
  CHECK(call("^", {numeric_of("2"), numeric_of("-2")}) == "0.2500000000000000");
  CHECK(call("power", {numeric_of("100"), numeric_of("0.5")}) == "10.000000000000000");
  CHECK(call("power", {numeric_of("2"), numeric_of("0.5")}) == "1.4142135623730950");
  CHECK(call("power", {numeric_of("0"), numeric_of("-1")}) ==
        "ERROR: zero raised to a negative power is undefined");
  CHECK(call("power", {numeric_of("10"), numeric_of("200000")}) ==
        "ERROR: value overflows numeric format");
}

TEST_CASE("exponentials and logarithms are rounded to the expected scale") {
  CHECK(call("exp", {numeric_of("1")}) == "2.7182818284590452");
  CHECK(call("ln", {numeric_of("2")}) == "0.6931471805599453");
  CHECK(call("log", {numeric_of("100")}) == "2.0000000000000000");
  CHECK(call("log", {numeric_of("2"), numeric_of("64")}) == "6.0000000000000000");
  CHECK(call("ln", {numeric_of("0")}) == "ERROR: cannot take logarithm of zero");
}

TEST_CASE("scale functions look at the digits shown") {
  CHECK(call("scale", {numeric_of("8.4100")}) == "4");
  CHECK(call("min_scale", {numeric_of("8.4100")}) == "2");
  CHECK(call("trim_scale", {numeric_of("8.4100")}) == "8.41");
  CHECK(call("scale", {numeric_of("NaN")}) == "NULL");
}

TEST_CASE("gcd, lcm, factorial and width_bucket") {
  CHECK(call("gcd", {numeric_of("1.2"), numeric_of("0.18")}) == "0.06");
  CHECK(call("lcm", {numeric_of("-0.4"), numeric_of("0.6")}) == "1.2");
  CHECK(call("factorial", {int8_of("25")}) == "15511210043330985984000000");
  CHECK(call("factorial", {int8_of("-1")}) == "ERROR: factorial of a negative number is undefined");
  CHECK(call("width_bucket",
             {numeric_of("5.35"), numeric_of("0.024"), numeric_of("10.06"), int4_of("5")}) == "3");
  CHECK(call("width_bucket", {numeric_of("11"), numeric_of("0"), numeric_of("10"), int4_of("5")}) ==
        "6");
}

}  // namespace deltamill
