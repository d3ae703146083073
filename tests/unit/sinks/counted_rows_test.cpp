// Rows of views without a key, kept with multiplicities.
#include <catch2/catch.hpp>

#include "tests/unit/sinks/sink_fixture.h"

namespace deltamill {

using Rows = std::vector<std::string>;

namespace {

TestSink counted() {
  return TestSink({column("a", TypeKind::numeric, true), column("b", TypeKind::text, true)}, {});
}

}  // namespace

TEST_CASE("equal rows are one row with a multiplicity") {
  TestSink sink = counted();
  sink.start().change({{2, {"1", "x"}}, {1, {"2", null}}});
  sink.change({{3, {"1", "x"}}});
  CHECK(sink.rows() == Rows{"1|x|5", "2|NULL|1"});
  CHECK(sink.row_count() == 6);
  sink.change({{-4, {"1", "x"}}, {-1, {"2", null}}});
  CHECK(sink.rows() == Rows{"1|x|1"});
  sink.change({{-1, {"1", "x"}}});
  CHECK(sink.rows().empty());
  CHECK(sink.row_count() == 0);
}

TEST_CASE("rows that are equal but not identical stay apart") {
  TestSink sink = counted();
  sink.start().change({{1, {"1.0", "x"}}, {1, {"1.00", "x"}}});
  CHECK(sink.rows() == Rows{"1.0|x|1", "1.00|x|1"});
}

TEST_CASE("slices of one commit add up") {
  TestSink sink = counted();
  sink.start().apply({{2, {"1", "x"}}});
  sink.apply({{-1, {"1", "x"}}});
  sink.apply({{4, {"1", "x"}}});
  sink.commit();
  CHECK(sink.rows() == Rows{"1|x|5"});
}

TEST_CASE("a multiplicity does not go below zero") {
  TestSink sink = counted();
  sink.start().change({{2, {"1", "x"}}});
  CHECK_THROWS(sink.apply({{-3, {"1", "x"}}}));
  CHECK_THROWS(sink.apply({{-1, {"9", "x"}}}));
  CHECK(sink.rows() == Rows{"1|x|2"});
}

}  // namespace deltamill
