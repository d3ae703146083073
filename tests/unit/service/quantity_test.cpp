// Durations and sizes: every unit, and what is none.
#include "service/configuration/quantity.h"

#include <catch2/catch.hpp>

namespace deltamill {

TEST_CASE("a duration is an integer and a unit") {
  CHECK(parse_duration("250ms")->count() == 250);
  CHECK(parse_duration("5s")->count() == 5'000);
  CHECK(parse_duration("2m")->count() == 120'000);
  CHECK(parse_duration("3h")->count() == 10'800'000);
  CHECK(parse_duration("1d")->count() == 86'400'000);
  CHECK(parse_duration("0s")->count() == 0);
}

TEST_CASE("a duration without a unit, with a blank, a fraction or a sign is none") {
  for (const char* const text : {"", "5", "s", "5 s", "1.5s", "-1s", "+1s", "5S", "5sec", "5ss"})
    CHECK_FALSE(parse_duration(text));
}

TEST_CASE("a duration that does not fit 64 bits of milliseconds is none") {
  CHECK(parse_duration("106751991167d"));
  CHECK_FALSE(parse_duration("106751991168d"));
  CHECK_FALSE(parse_duration("99999999999999999999s"));
}

TEST_CASE("a size is an integer and a power of 1024") {
  CHECK(parse_size("0B") == 0U);
  CHECK(parse_size("7B") == 7U);
  CHECK(parse_size("2KiB") == 2048U);
  CHECK(parse_size("3MiB") == std::uint64_t{3} << 20);
  CHECK(parse_size("2GiB") == std::uint64_t{2} << 30);
}

TEST_CASE("a size in powers of 1000, without a unit or too large is none") {
  for (const char* const text :
       {"", "5", "2GB", "2 GiB", "1.5GiB", "-1B", "2gib", "17179869184GiB"})
    CHECK_FALSE(parse_size(text));
}

}  // namespace deltamill
