// Rows of views with a key, through the sink.
#include <catch2/catch.hpp>
#include <cmath>

#include "tests/unit/sinks/sink_fixture.h"
#include "views/data/check.h"

namespace deltamill {

using Rows = std::vector<std::string>;

namespace {

TestSink named() {
  return TestSink({column("id", TypeKind::int4), column("name", TypeKind::text, true)},
                  KeyColumns{0});
}

TestSink grouped(TypeKind kind) {
  return TestSink({column("k", kind, true), column("n", TypeKind::int8)}, KeyColumns{0});
}

}  // namespace

TEST_CASE("rows come, change and go") {
  TestSink sink = named();
  sink.start().change({{1, {"2", "b"}}, {1, {"1", "a"}}, {1, {"3", null}}});
  CHECK(sink.rows() == Rows{"1|a", "2|b", "3|NULL"});
  sink.change({{-1, {"1", "a"}}, {-1, {"2", "b"}}, {1, {"2", "B"}}});
  CHECK(sink.rows() == Rows{"2|B", "3|NULL"});
  CHECK(sink.row_count() == 2);
}

TEST_CASE("a new row of a key may come in an earlier slice than the old one goes") {
  TestSink sink = named();
  sink.start().change({{1, {"1", "a"}}, {1, {"2", "b"}}});
  // UPDATE t SET id = 3 - id, cut into slices of one change.
  sink.apply({{-1, {"1", "a"}}, {1, {"2", "a"}}});
  sink.apply({{-1, {"2", "b"}}, {1, {"1", "b"}}});
  sink.commit();
  CHECK(sink.rows() == Rows{"1|b", "2|a"});
  CHECK(sink.row_count() == 2);
}

TEST_CASE("a row that comes and goes between slices leaves the stored one alone") {
  TestSink sink = named();
  sink.start().change({{1, {"1", "a"}}});
  sink.apply({{1, {"1", "x"}}});
  sink.apply({{-1, {"1", "x"}}, {1, {"1", "y"}}});
  sink.apply({{-1, {"1", "y"}}});
  sink.commit();
  CHECK(sink.rows() == Rows{"1|a"});
}

TEST_CASE("of two new rows of a key in one slice the one that stays is written") {
  TestSink sink = named();
  sink.start().apply({{1, {"1", "x"}}, {1, {"1", "y"}}});
  sink.apply({{-1, {"1", "x"}}});
  sink.commit();
  CHECK(sink.rows() == Rows{"1|y"});
  CHECK(sink.row_count() == 1);
}

TEST_CASE("a slice may replace a row whose successor already waits") {
  TestSink sink = named();
  sink.start().change({{1, {"1", "a"}}});
  sink.apply({{1, {"1", "b"}}});
  sink.apply({{-1, {"1", "a"}}});
  sink.apply({{-1, {"1", "b"}}, {1, {"1", "c"}}});
  sink.commit();
  CHECK(sink.rows() == Rows{"1|c"});
}

TEST_CASE("two rows of a key at the end of a commit are a conflict, and nothing is written") {
  TestSink sink = named();
  sink.start().change({{1, {"1", "a"}}});
  const Frontier before = sink->frontier();
  sink.apply({{1, {"2", "b"}}, {1, {"1", "other"}}});
  CHECK_THROWS_WITH(sink->commit(before, at(1000)), Catch::Contains("two rows have the key (1)"));
  CHECK(sink->frontier() == before);
  CHECK(sink.rows() == Rows{"1|a"});
  sink.change({{1, {"2", "b"}}});
  CHECK(sink.rows() == Rows{"1|a", "2|b"});
}

TEST_CASE("a conflict names its view") {
  TestSink sink = named();
  sink.start().apply({{2, {"1", "a"}}});
  try {
    sink.commit();
    FAIL("no conflict");
  } catch (const KeyConflict& conflict) {
    CHECK(conflict.view == 0);
  }
}

TEST_CASE("a row that goes without being there is a broken invariant") {
  TestSink sink = named();
  sink.start();
  CHECK_THROWS_AS(sink.apply({{-1, {"1", "a"}}}), BrokenInvariant);
  CHECK_THROWS_AS(sink.apply({{-1, {"1", "a"}}, {1, {"1", "b"}}}), BrokenInvariant);
  sink.change({{1, {"1", "a"}}});
  CHECK(sink.rows() == Rows{"1|a"});
}

TEST_CASE("NULL is one key") {
  TestSink sink = grouped(TypeKind::text);
  sink.start().change({{1, {null, "1"}}, {1, {"a", "2"}}});
  sink.change({{-1, {null, "1"}}, {1, {null, "5"}}});
  CHECK(sink.rows() == Rows{"NULL|5", "a|2"});
  sink.apply({{1, {null, "6"}}});
  CHECK_THROWS_AS(sink.commit(), KeyConflict);
}

TEST_CASE("equal numerics are one key, shown in its latest form") {
  TestSink sink = grouped(TypeKind::numeric);
  sink.start().change({{1, {"1.0", "1"}}});
  sink.change({{-1, {"1.0", "1"}}, {1, {"1.00", "2"}}});
  CHECK(sink.rows() == Rows{"1.00|2"});
  sink.apply({{1, {"1", "3"}}});
  CHECK_THROWS_AS(sink.commit(), KeyConflict);
}

TEST_CASE("equal intervals and padded texts are one key") {
  TestSink spans = grouped(TypeKind::interval);
  spans.start().change({{1, {"1 mon", "1"}}});
  spans.change({{-1, {"1 mon", "1"}}, {1, {"30 days", "2"}}});
  CHECK(spans.rows() == Rows{"30 days|2"});
  TestSink padded = grouped(TypeKind::bpchar);
  padded.start().change({{1, {"a", "1"}}});
  padded.apply({{1, {"a ", "2"}}});
  CHECK_THROWS_AS(padded.commit(), KeyConflict);
}

TEST_CASE("a view with an empty key has at most one row") {
  TestSink sink({column("n", TypeKind::int8), column("s", TypeKind::numeric, true)}, KeyColumns{});
  sink.start().change({{1, {"0", null}}});
  sink.change({{-1, {"0", null}}, {1, {"3", "7.50"}}});
  CHECK(sink.rows() == Rows{"3|7.50"});
  sink.apply({{1, {"4", "1"}}});
  CHECK_THROWS_AS(sink.commit(), KeyConflict);
}

TEST_CASE("a table of nothing but its key takes rows") {
  TestSink sink({column("a", TypeKind::int4), column("b", TypeKind::text)}, KeyColumns{0, 1});
  sink.start().change({{1, {"1", "x"}}, {1, {"1", "y"}}});
  sink.change({{-1, {"1", "x"}}});
  CHECK(sink.rows() == Rows{"1|y"});
}

TEST_CASE("values are stored in the forms that are promised") {
  TestSink sink(
      {column("id", TypeKind::int4), column("b", TypeKind::boolean), column("n", TypeKind::numeric),
       column("r", TypeKind::float8), column("t", TypeKind::timestamp),
       column("z", TypeKind::timestamptz), column("d", TypeKind::date),
       column("y", TypeKind::bytea), column("u", TypeKind::uuid), column("i", TypeKind::interval),
       column("j", TypeKind::jsonb)},
      KeyColumns{0});
  sink.start().change(
      {{1,
        {"1", "t", "1000000000000000000000000000000.10", "-0", "2024-05-01 12:00:00.5",
         "2024-05-01 10:00:00+00", "0044-03-15 BC", "\\xdead",
         "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "1 year 2 mons 3 days 04:05:06.7", "{\"a\": 1}"}},
       {1,
        {"2", "f", "NaN", "NaN", "infinity", "-infinity", "2024-05-01", "\\x",
         "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "00:00:00", "null"}}});
  CHECK(sink.store().query("SELECT id, b, n, r, typeof(r), t, z FROM v ORDER BY id") ==
        Rows{"1|1|1000000000000000000000000000000.10|0.0|real|2024-05-01T12:00:00.5|"
             "2024-05-01T10:00:00+00:00",
             "2|0|NaN|NaN|text|infinity|-infinity"});
  CHECK(sink.store().query("SELECT d, hex(y), typeof(y), u, i, j FROM v ORDER BY id") ==
        Rows{"0044-03-15 BC|DEAD|blob|a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11|"
             "1 year 2 mons 3 days 04:05:06.7|{\"a\": 1}",
             "2024-05-01||blob|a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11|00:00:00|null"});
}

TEST_CASE("negative zero keeps its sign") {
  TestSink sink({column("id", TypeKind::int4), column("r", TypeKind::float8)}, KeyColumns{0});
  sink.start().change({{1, {"1", "-0"}}});
  // SQLite prints it without the sign.
  Database database(sink.store().path(), Database::Mode::read_only);
  Statement statement = database.prepare("SELECT r FROM v");
  REQUIRE(statement.step());
  CHECK(std::signbit(statement.real(0)));
}

TEST_CASE("declared indexes follow updates of indexed and of other columns") {
  TestSink sink({column("id", TypeKind::int4), column("a", TypeKind::text, true),
                 column("b", TypeKind::text, true)},
                KeyColumns{0});
  sink.view().indexes = {{{1, false}}, {{1, true}, {0, false}}};
  sink.start().change({{1, {"1", "x", "old"}}, {1, {"2", "y", "old"}}});
  sink.change({{-1, {"1", "x", "old"}}, {1, {"1", "x", "new"}}});
  sink.change({{-1, {"2", "y", "old"}}, {1, {"2", "x", "newer"}}});
  CHECK(sink.store().query("SELECT id, b FROM v WHERE a = 'x' ORDER BY id") ==
        Rows{"1|new", "2|newer"});
  const Rows plan = sink.store().query("EXPLAIN QUERY PLAN SELECT b FROM v WHERE a = 'x'");
  CHECK_THAT(plan.at(0), Catch::Contains("USING INDEX"));
  CHECK(sink.store().query("PRAGMA integrity_check") == Rows{"ok"});
}

}  // namespace deltamill
