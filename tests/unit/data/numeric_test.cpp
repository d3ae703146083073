// numeric: expected results are PostgreSQL 15's.
#include "views/data/numeric.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>

#include "tests/unit/data/typed_text.h"

namespace deltamill {

namespace {

Numeric number(std::string_view text) {
  return Numeric::parse(text).value();
}

std::string sum(std::string_view left, std::string_view right) {
  return (number(left) + number(right)).to_string();
}
std::string difference(std::string_view left, std::string_view right) {
  return (number(left) - number(right)).to_string();
}
std::string product(std::string_view left, std::string_view right) {
  return (number(left) * number(right)).to_string();
}
std::string text_of(const std::optional<Numeric>& result) {
  return result ? result->to_string() : "refused";
}
std::string quotient(std::string_view left, std::string_view right) {
  return text_of(Numeric::divide(number(left), number(right)));
}
std::string remainder(std::string_view left, std::string_view right) {
  return text_of(Numeric::modulo(number(left), number(right)));
}
std::string fitted(std::string_view text, std::int32_t precision, std::int32_t scale) {
  return text_of(number(text).fit(numeric_modifier(precision, scale)));
}

}  // namespace

TEST_CASE("what PostgreSQL takes as a numeric is read with its scale", "[numeric]") {
  CHECK(text_of(Numeric::parse("00012.500")) == "12.500");
  CHECK(text_of(Numeric::parse(" +.5 ")) == "0.5");
  CHECK(text_of(Numeric::parse("5.")) == "5");
  CHECK(text_of(Numeric::parse("-0.00")) == "0.00");
  CHECK(text_of(Numeric::parse("1e5")) == "100000");
  CHECK(text_of(Numeric::parse("1.5E-3")) == "0.0015");
  CHECK(text_of(Numeric::parse("12345678901234567890.123e-3")) == "12345678901234567.890123");
  CHECK(text_of(Numeric::parse("nan")) == "NaN");
  CHECK(text_of(Numeric::parse("-inf")) == "-Infinity");
  CHECK(text_of(Numeric::parse("+Infinity")) == "Infinity");
}

TEST_CASE("what is no numeric is refused", "[numeric]") {
  for (const char* text : {"", " ", ".", "-", "+-5", "1e", "e5", "1.2.3", "1 2", "0x10", "1_000",
                           "infinit", "1e+-5", "--1"})
    CHECK_FALSE(Numeric::parse(text).has_value());
}

TEST_CASE("a numeric has at most 131072 digits before and 16383 behind the point", "[numeric]") {
  CHECK(number("1e131071").fits_format());
  CHECK_FALSE(Numeric::parse("1e131072").has_value());
  CHECK(number("1e-16383").scale() == 16383);
  CHECK_FALSE(Numeric::parse("1e-16384").has_value());
  CHECK_FALSE(Numeric::parse("1e99999999999").has_value());
  CHECK_FALSE((number("1e131071") * number("10")).fits_format());
}

TEST_CASE("sums and differences take the larger scale", "[numeric]") {
  CHECK(sum("1.10", "2.200") == "3.300");
  CHECK(difference("1.00", "1") == "0.00");
  CHECK(sum("9223372036854775807", "1") == "9223372036854775808");
  CHECK(difference("-9223372036854775808", "1") == "-9223372036854775809");
  CHECK(sum("0.1", "1e30") == "1000000000000000000000000000000.1");
}

TEST_CASE("a product has the sum of the scales", "[numeric]") {
  CHECK(product("0.1", "0.10") == "0.010");
  CHECK(product("-3", "1.50") == "-4.50");
  CHECK(product("99999999999999999999", "99999999999999999999") ==
        "9999999999999999999800000000000000000001");
}

TEST_CASE("a product's scale is capped at 16383", "[numeric]") {
  const Numeric tiny = number("5e-16383");
  const Numeric small = tiny * number("0.1");
  CHECK(small.scale() == 16383);
  CHECK(Numeric::compare(small, number("1e-16383")) == 0);
}

TEST_CASE("a quotient has at least sixteen significant digits", "[numeric]") {
  CHECK(quotient("1", "3") == "0.33333333333333333333");
  CHECK(quotient("10.0", "4") == "2.5000000000000000");
  CHECK(quotient("1", "7.0") == "0.14285714285714285714");
  CHECK(quotient("100000000000", "3.0") == "33333333333.33333333");
  CHECK(quotient("0.0001", "3") == "0.000033333333333333333333");
  CHECK(quotient("12345678901234567890.5", "2") == "6172839450617283945.3");
  CHECK(quotient("5.70", "3") == "1.9000000000000000");
  CHECK(quotient("0", "7") == "0.00000000000000000000");
  CHECK(quotient("-2", "3") == "-0.66666666666666666667");
}

TEST_CASE("division by zero is no result", "[numeric]") {
  CHECK(quotient("1", "0.00") == "refused");
  CHECK(remainder("1", "0") == "refused");
  CHECK_FALSE(Numeric::div_truncating(number("1"), number("0")).has_value());
  CHECK(quotient("NaN", "0") == "NaN");
}

TEST_CASE("a remainder has the sign of the dividend", "[numeric]") {
  CHECK(remainder("5.5", "2") == "1.5");
  CHECK(remainder("-5.5", "2") == "-1.5");
  CHECK(remainder("5.5", "-2.00") == "1.50");
  CHECK(text_of(Numeric::div_truncating(number("-7"), number("2"))) == "-3");
}

TEST_CASE("infinities and NaN follow their rules", "[numeric]") {
  CHECK(sum("Infinity", "-Infinity") == "NaN");
  CHECK(sum("Infinity", "1") == "Infinity");
  CHECK(difference("1", "Infinity") == "-Infinity");
  CHECK(product("Infinity", "0") == "NaN");
  CHECK(product("-2", "Infinity") == "-Infinity");
  CHECK(quotient("5.50", "Infinity") == "0");
  CHECK(quotient("Infinity", "-2") == "-Infinity");
  CHECK(quotient("Infinity", "Infinity") == "NaN");
  CHECK(quotient("Infinity", "0") == "refused");
  CHECK(remainder("5.5", "Infinity") == "5.5");
  CHECK(remainder("Infinity", "5") == "NaN");
  CHECK(sum("NaN", "Infinity") == "NaN");
}

TEST_CASE("rounding goes half away from zero, also left of the point", "[numeric]") {
  CHECK(number("2.5").round(0).to_string() == "3");
  CHECK(number("-2.5").round(0).to_string() == "-3");
  CHECK(number("2.4999").round(0).to_string() == "2");
  CHECK(number("1250").round(-2).to_string() == "1300");
  CHECK(number("1.5").round(4).to_string() == "1.5000");
  CHECK(number("49").round(-2).to_string() == "0");
  CHECK(number("-1.999").truncate(1).to_string() == "-1.9");
  CHECK(number("1999").truncate(-3).to_string() == "1000");
  CHECK(number("Infinity").round(2).to_string() == "Infinity");
}

TEST_CASE("floor and ceil have no fraction", "[numeric]") {
  CHECK(number("-1.5").floor().to_string() == "-2");
  CHECK(number("-1.5").ceil().to_string() == "-1");
  CHECK(number("1.000").ceil().to_string() == "1");
  CHECK(number("-0.5").ceil().to_string() == "0");
}

TEST_CASE("a modifier rounds, and refuses what has too many digits", "[numeric]") {
  CHECK(fitted("7.123", 3, 1) == "7.1");
  CHECK(fitted("9.999", 3, 2) == "refused");
  CHECK(fitted("9.994", 3, 2) == "9.99");
  CHECK(fitted("-99.95", 3, 1) == "refused");
  CHECK(fitted("12345", 2, -3) == "12000");
  CHECK(fitted("99500", 2, -3) == "refused");
  CHECK(fitted("0.00123", 2, 4) == "0.0012");
  CHECK(fitted("0.01", 2, 4) == "refused");
  CHECK(fitted("NaN", 3, 1) == "NaN");
  CHECK(fitted("Infinity", 3, 1) == "refused");
}

TEST_CASE("integers are rounded and checked for range", "[numeric]") {
  CHECK(number("9223372036854775807.4").to_integer() == std::numeric_limits<std::int64_t>::max());
  CHECK_FALSE(number("9223372036854775807.5").to_integer().has_value());
  CHECK(number("-9223372036854775808").to_integer() == std::numeric_limits<std::int64_t>::min());
  CHECK(number("-0.5").to_integer() == -1);
  CHECK_FALSE(number("NaN").to_integer().has_value());
}

TEST_CASE("floats become numerics of 15 and 6 digits", "[numeric]") {
  CHECK(Numeric::of_real(0.1, 15).to_string() == "0.1");
  CHECK(Numeric::of_real(1234567890123456789.0, 15).to_string() == "1234567890123460000");
  CHECK(Numeric::of_real(1e-7, 15).to_string() == "0.0000001");
  CHECK(Numeric::of_real(double{0.1F}, 6).to_string() == "0.1");
  CHECK(Numeric::of_real(double{16777217.0F}, 6).to_string() == "16777200");
  CHECK(Numeric::of_real(-std::numeric_limits<double>::infinity(), 15).to_string() == "-Infinity");
}

TEST_CASE("a numeric becomes the nearest float", "[numeric]") {
  CHECK(number("0.1").to_real() == 0.1);
  CHECK(number("9007199254740993").to_real() == 9007199254740992.0);
  CHECK(number("9007199254740993.000000000000000000001").to_real() == 9007199254740994.0);
  CHECK(std::isinf(number("1e400").to_real()));
  CHECK(number("-1e-400").to_real() == 0);
  CHECK(number("16777217.0000001").to_real4() == 16777218.0F);
  CHECK(std::isnan(number("NaN").to_real()));
}

TEST_CASE("a value holds 63 bits plainly and everything else as bytes", "[numeric]") {
  Arena arena;
  CHECK(number("9223372036854775807").to_value(arena).form == Value::Form::plain);
  CHECK(number("9223372036854775808").to_value(arena).form == Value::Form::bytes);
  CHECK(number("9223372036854775808").to_value(arena).length == encoded_decimal_bytes);
  for (const char* text : {"9223372036854775808.12", "-1e40", "18446744073709551616", "NaN",
                           "-Infinity", "0.00", "-123456789012345678901234567890.0012"})
    CHECK(Numeric::of_value(number(text).to_value(arena)).to_string() ==
          text_of(Numeric::parse(text)));
}

TEST_CASE("the encoding of a plain value reads as the same number", "[numeric]") {
  for (const std::int64_t mantissa : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1} << 60,
                                      std::numeric_limits<std::int64_t>::min()}) {
    char bytes[encoded_decimal_bytes];
    encode_decimal(mantissa, 300, bytes);
    const Value encoded = Value::of_bytes({bytes, sizeof bytes});
    CHECK(compare_numerics(encoded, Value::of_decimal(mantissa, 300)) == 0);
    CHECK(hash_numeric(encoded) == hash_numeric(Value::of_decimal(mantissa, 300)));
    CHECK(numeric_scale(encoded) == 300);
  }
}

TEST_CASE("arithmetic on values equals arithmetic on numerics, with and without overflow",
          "[numeric]") {
  std::mt19937_64 random(3);
  Arena arena;
  const auto any = [&] {
    const auto mantissa = static_cast<std::int64_t>(random()) >> (random() % 63);
    return Value::of_decimal(mantissa, static_cast<std::uint32_t>(random() % 24));
  };
  for (int round = 0; round < 3000; ++round) {
    const Value left = any();
    const Value right = any();
    const Numeric a = Numeric::of_value(left);
    const Numeric b = Numeric::of_value(right);
    const auto text = [](const Value& value) { return Numeric::of_value(value).to_string(); };
    REQUIRE(text(add_numerics(left, right, arena)) == (a + b).to_string());
    REQUIRE(text(subtract_numerics(left, right, arena)) == (a - b).to_string());
    REQUIRE(text(multiply_numerics(left, right, arena)) == (a * b).to_string());
    REQUIRE(compare_numerics(left, right) == Numeric::compare(a, b));
  }
}

TEST_CASE("quotient and remainder belong together", "[numeric]") {
  std::mt19937_64 random(5);
  for (int round = 0; round < 500; ++round) {
    const Numeric left(BigInteger(random()) * random(), static_cast<std::uint32_t>(random() % 30));
    const Numeric right(BigInteger(random() | 1U), static_cast<std::uint32_t>(random() % 30));
    const Numeric whole = Numeric::div_truncating(left, right).value();
    const Numeric rest = Numeric::modulo(left, right).value();
    REQUIRE(Numeric::compare(whole * right + rest, left) == 0);
    REQUIRE(Numeric::compare(rest, right) < 0);
  }
}

}  // namespace deltamill
