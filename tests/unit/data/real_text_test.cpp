// Float text: expected forms are PostgreSQL 15's with extra_float_digits=3.
#include "views/data/real_text.h"

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>

namespace deltamill {

namespace {

std::string text8(double real) {
  std::string text;
  append_float8(real, text);
  return text;
}

std::string text4(float real) {
  std::string text;
  append_float4(real, text);
  return text;
}

}  // namespace

TEST_CASE("a decimal midway between two floats is not taken as their text", "[real_text]") {
  CHECK(text8(1e23) == "9.999999999999999e+22");
  CHECK(text8(9007199254740992.0) == "9.007199254740992e+15");
  CHECK(text8(5e-324) == "5e-324");
  CHECK(text4(16777216.0F) == "1.6777216e+07");
  CHECK(text4(33554432.0F) == "3.3554432e+07");
}

TEST_CASE("fixed notation holds from 1e-4 to 15 digits, of float4 to 6", "[real_text]") {
  CHECK(text8(0.0001) == "0.0001");
  CHECK(text8(0.00001) == "1e-05");
  CHECK(text8(1e14) == "100000000000000");
  CHECK(text8(1e15) == "1e+15");
  CHECK(text8(123456789012345.6) == "123456789012345.6");
  CHECK(text4(100000.0F) == "100000");
  CHECK(text4(1e6F) == "1e+06");
  CHECK(text4(123456.7F) == "123456.7");
}

TEST_CASE("zeros, NaN and infinities have their words", "[real_text]") {
  CHECK(text8(0.0) == "0");
  CHECK(text8(-0.0) == "-0");
  CHECK(text8(std::nan("")) == "NaN");
  CHECK(text8(-std::nan("")) == "NaN");
  CHECK(text8(-std::numeric_limits<double>::infinity()) == "-Infinity");
  CHECK(text4(std::numeric_limits<float>::infinity()) == "Infinity");
}

TEST_CASE("the ends of the range print and read back", "[real_text]") {
  CHECK(text8(std::numeric_limits<double>::max()) == "1.7976931348623157e+308");
  CHECK(text8(std::numeric_limits<double>::min()) == "2.2250738585072014e-308");
  CHECK(text4(std::numeric_limits<float>::max()) == "3.4028235e+38");
  CHECK(text4(std::numeric_limits<float>::denorm_min()) == "1e-45");
  CHECK(parse_float8("1.7976931348623157e308") == std::numeric_limits<double>::max());
  CHECK(parse_float8("5e-324") == std::numeric_limits<double>::denorm_min());
}

TEST_CASE("every printed float reads back to the same bits", "[real_text]") {
  std::mt19937_64 random(11);
  for (int round = 0; round < 20000; ++round) {
    const double real = std::bit_cast<double>(random());
    if (!std::isnan(real)) REQUIRE(parse_float8(text8(real)) == real);
    const float real4 = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
    if (!std::isnan(real4)) REQUIRE(parse_float4(text4(real4)) == real4);
    const double whole = std::ldexp(1.0, static_cast<int>(random() % 120));
    REQUIRE(parse_float8(text8(whole)) == whole);
  }
}

TEST_CASE("input words are read in any case, with blanks around", "[real_text]") {
  CHECK(parse_float8(" +1.5 ") == 1.5);
  CHECK(parse_float8("-INF") == -std::numeric_limits<double>::infinity());
  CHECK(parse_float8("infinity") == std::numeric_limits<double>::infinity());
  CHECK(std::isnan(parse_float8("nan").value()));
  CHECK(parse_float8(".5") == 0.5);
  CHECK(std::signbit(parse_float8("-0").value()));
}

TEST_CASE("out of range and malformed input is refused", "[real_text]") {
  for (const char* text :
       {"", " ", "1e400", "-1e400", "1e-400", "1.5x", "+-1", "1e", "nan(1)", "."})
    CHECK_FALSE(parse_float8(text).has_value());
  CHECK_FALSE(parse_float4("1e39").has_value());
  CHECK_FALSE(parse_float4("1e-60").has_value());
}

}  // namespace deltamill
