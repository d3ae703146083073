// Sums of doubles against arithmetic on big integers.
#include "views/functions/aggregates/exact_real_sum.h"

#include <bit>
#include <boost/multiprecision/cpp_int.hpp>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>

namespace deltamill {

namespace {

using boost::multiprecision::cpp_int;

// The double as an integer multiple of 2^-1074.
cpp_int scaled(double real) {
  int exponent = 0;
  const double fraction = std::frexp(real, &exponent);
  cpp_int mantissa = static_cast<std::int64_t>(std::ldexp(fraction, 53));
  exponent += 1074 - 53;
  if (exponent >= 0) return mantissa << exponent;
  return mantissa / (cpp_int(1) << -exponent);
}

// The nearest double by comparing with its neighbours.
bool is_nearest(double result, const cpp_int& exact) {
  if (std::isinf(result)) return abs(exact) >= scaled(std::numeric_limits<double>::max());
  const cpp_int distance = abs(scaled(result) - exact);
  for (const double towards : {-INFINITY, INFINITY}) {
    const double neighbour = std::nextafter(result, towards);
    if (std::isinf(neighbour)) continue;
    const cpp_int other = abs(scaled(neighbour) - exact);
    if (other < distance) return false;
    const bool odd = (std::bit_cast<std::uint64_t>(result) & 1U) != 0;
    if (other == distance && odd) return false;
  }
  return true;
}

double random_real(std::mt19937_64& random, int spread) {
  for (;;) {
    std::uint64_t bits = random();
    if (spread != 0) {
      const std::uint64_t exponent =
          1023 - static_cast<unsigned>(spread) / 2 + random() % static_cast<unsigned>(spread);
      bits = (bits & 0x800fffffffffffffU) | exponent << 52;
    }
    const double real = std::bit_cast<double>(bits);
    if (std::isfinite(real)) return real;
  }
}

TEST_CASE("a sum of doubles is rounded once, to the nearest") {
  std::mt19937_64 random(7);
  for (int run = 0; run < 2000; ++run) {
    const int spread = run % 3 == 0 ? 0 : (run % 3 == 1 ? 80 : 4);
    ExactRealSum sum;
    cpp_int exact = 0;
    for (int count = 0; count < 10; ++count) {
      const double real = random_real(random, spread);
      const auto weight = static_cast<std::int32_t>(random() % 5) - 2;
      sum.add(real, weight);
      exact += scaled(real) * weight;
    }
    REQUIRE(is_nearest(sum.to_double(), exact));
    REQUIRE(sum.is_zero() == (exact == 0));
  }
}

TEST_CASE("what is taken back leaves no trace in a sum of doubles") {
  std::mt19937_64 random(8);
  ExactRealSum sum;
  sum.add(0.1, 1);
  std::vector<double> reals;
  for (int count = 0; count < 100; ++count) reals.push_back(random_real(random, 0));
  for (const double real : reals) sum.add(real, 3);
  for (const double real : reals) sum.add(real, -3);
  CHECK(sum.to_double() == 0.1);
  sum.add(0.1, -1);
  CHECK(sum.is_zero());
}

TEST_CASE("sums of doubles keep what naive addition loses") {
  ExactRealSum sum;
  for (const double real : {1e300, 1.0, -1e300, 5e-324}) sum.add(real, 1);
  CHECK(sum.to_double() == 1.0);
  sum.add(1.0, -1);
  CHECK(sum.to_double() == 5e-324);
  ExactRealSum large;
  large.add(std::numeric_limits<double>::max(), 2);
  CHECK(std::isinf(large.to_double()));
  ExactRealSum tie;  // halfway between two floats: to even
  tie.add(16777216.0, 1);
  tie.add(1.0, 1);
  CHECK(tie.to_float() == 16777216.0F);
  tie.add(std::ldexp(1.0, -60), 1);
  CHECK(tie.to_float() == 16777218.0F);
}

}  // namespace
}  // namespace deltamill
