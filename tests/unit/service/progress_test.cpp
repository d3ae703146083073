// The line of one report.
#include "service/cli/progress.h"

#include <catch2/catch.hpp>

namespace deltamill {

TEST_CASE("counts are short") {
  CHECK(short_count(0) == "0");
  CHECK(short_count(999) == "999");
  CHECK(short_count(1'500) == "1.5k");
  CHECK(short_count(148'000) == "148k");
  CHECK(short_count(3'100'000) == "3.1M");
  CHECK(short_count(2'000'000'000) == "2.0G");
}

TEST_CASE("a line shows how far, how fast and how long") {
  CHECK(progress_line("customer_balance", 3'100'000, 5'000'000, 148'000) ==
        "customer_balance  ######----  62%  3.1M/5.0M rows  148k/s  ETA 0:12");
  CHECK(progress_line("v", 5, 5, 1) == "v  ##########  100%  5/5 rows  1/s  ETA 0:00");
}

TEST_CASE("more rows than expected are all rows") {
  CHECK(progress_line("v", 7, 5, 1) == "v  ##########  100%  7/5 rows  1/s  ETA 0:00");
}

TEST_CASE("without a total there is no end in sight") {
  CHECK(progress_line("v", 7, 0, 2) == "v  7 rows  2/s");
}

TEST_CASE("quiet prints nothing, --json objects") {
  CommonOptions common;
  common.json = true;
  CHECK(progress_form(common) == Progress::Form::json);
  common.quiet = true;
  CHECK(progress_form(common) == Progress::Form::none);
}

}  // namespace deltamill
