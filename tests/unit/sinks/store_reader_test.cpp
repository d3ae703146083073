// Reading the store while it is written.
#include <sqlite3.h>

#include <catch2/catch.hpp>

#include "sinks/sqlite/reader.h"
#include "tests/unit/sinks/sink_fixture.h"

namespace deltamill {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

TestSink named() {
  return TestSink({column("id", TypeKind::int4), column("name", TypeKind::text, true)},
                  KeyColumns{0});
}

std::int64_t count(StoreReader::Snapshot& snapshot, const std::string& view) {
  Statement& statement = snapshot.prepare("SELECT count(*) FROM " + snapshot.table(view));
  statement.step();
  const std::int64_t rows = statement.integer(0);
  statement.reset();
  return rows;
}

}  // namespace

TEST_CASE("a snapshot stays at its frontier while commits go on") {
  TestSink sink = named();
  sink.start().change({{1, {"1", "a"}}});
  StoreReader reader(sink.store().path(), 2);
  StoreReader::Snapshot before = reader.open(Clock::now() + 10s);
  sink.change({{1, {"2", "b"}}});
  sink.activate_new({{1, {"5", "e"}}, {1, {"6", "f"}}, {1, {"7", "g"}}});
  CHECK(before.frontier() == at(20));
  CHECK(before.generation("v") == 1);
  CHECK(count(before, "v") == 1);
  StoreReader::Snapshot after = reader.open(Clock::now() + 10s);
  CHECK(after.frontier() == at(40));
  CHECK(after.generation("v") == 2);
  CHECK(after.previous_generation("v") == 1);
  CHECK(after.row_count("v") == 3);
  CHECK(count(after, "v") == 3);
  CHECK(after.epoch() == "epoch 1");
}

TEST_CASE("the frontier of the last change of a view is told") {
  TestSink sink = named();
  sink.start().change({{1, {"1", "a"}}});
  sink->commit(sink->frontier(), at(90));
  StoreReader reader(sink.store().path(), 1);
  const StoreReader::Snapshot snapshot = reader.open(Clock::now() + 10s);
  CHECK(snapshot.frontier() == at(90));
  CHECK(snapshot.view_frontier("v") == at(90));
  CHECK(snapshot.changed_at("v") == at(20));
}

TEST_CASE("rows in error are counted with the rows, generation by generation") {
  TestSink sink = named();
  sink.start();
  const auto told = [&] {
    return StoreReader(sink.store().path(), 1).open(Clock::now() + 10s).error_rows("v");
  };
  CHECK(told() == 0);
  sink->add_error_rows(sink.generation(), 3);
  sink->abandon();
  CHECK(told() == 0);
  sink->add_error_rows(sink.generation(), 3);
  sink->add_error_rows(sink.generation(), -1);
  sink.commit();
  CHECK(told() == 2);
  sink.open();  // the next process
  CHECK(told() == 2);
  sink.activate_new({});
  CHECK(told() == 0);
}

TEST_CASE("a view that does not follow has its own frontier") {
  TestSink sink = named();
  sink.start().change({{1, {"1", "a"}}});
  sink.epoch = "epoch 2";
  sink.open();
  StoreReader reader(sink.store().path(), 1);
  const StoreReader::Snapshot snapshot = reader.open(Clock::now() + 10s);
  CHECK(snapshot.frontier() == Frontier());
  CHECK(snapshot.view_frontier("v") == at(20));
  CHECK(snapshot.view_epoch("v") == "epoch 1");
}

TEST_CASE("a view without a generation has no table") {
  TestSink sink = named();
  sink.open();
  StoreReader reader(sink.store().path(), 1);
  const StoreReader::Snapshot snapshot = reader.open(Clock::now() + 10s);
  CHECK(snapshot.table("v").empty());
  CHECK(snapshot.generation("v") == 0);
}

TEST_CASE("readers do nothing but read") {
  TestSink sink = named();
  sink.start();
  StoreReader reader(sink.store().path(), 1);
  StoreReader::Snapshot snapshot = reader.open(Clock::now() + 10s);
  for (const char* sql :
       {"ATTACH '/tmp/x.db' AS x", "PRAGMA query_only = off", "DELETE FROM deltamill_store",
        "CREATE TEMP TABLE t (a)", "SELECT load_extension('x')", "VACUUM"}) {
    INFO(sql);
    CHECK_THROWS_AS(snapshot.prepare(sql).step(), SqliteError);
  }
}

TEST_CASE("a statement ends at the deadline") {
  TestSink sink = named();
  sink.start();
  StoreReader reader(sink.store().path(), 1);
  {
    StoreReader::Snapshot snapshot = reader.open(Clock::now() + 50ms);
    Statement& endless = snapshot.prepare(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n");
    try {
      endless.step();
      FAIL("it did not end");
    } catch (const SqliteError& error) {
      CHECK((error.code & 0xff) == SQLITE_INTERRUPT);
    }
  }
  StoreReader::Snapshot next = reader.open(Clock::now() + 10s);
  CHECK(count(next, "v") == 0);
}

TEST_CASE("a snapshot past its deadline reads on when it is extended") {
  TestSink sink = named();
  sink.start();
  StoreReader reader(sink.store().path(), 1);
  StoreReader::Snapshot snapshot = reader.open(Clock::now());
  const std::string sql =
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) "
      "SELECT max(i) FROM n";
  CHECK_THROWS_AS(snapshot.prepare(sql).step(), SqliteError);
  snapshot.extend(Clock::now() + 60s);
  CHECK(snapshot.prepare(sql).step());
}

TEST_CASE("no connection is given beyond the limit, and a returned one is given again") {
  TestSink sink = named();
  sink.start();
  StoreReader reader(sink.store().path(), 1);
  {
    const StoreReader::Snapshot only = reader.open(Clock::now() + 10s);
    CHECK_THROWS_AS(reader.open(Clock::now() + 20ms), QueryTimeout);
  }
  CHECK(reader.open(Clock::now() + 10s).generation("v") == 1);
}

TEST_CASE("a store that is not there is an error, and does not use up a connection") {
  TemporaryStore store;
  StoreReader reader(store.path(), 1);
  CHECK_THROWS_AS(reader.open(Clock::now() + 10s), SqliteError);
  CHECK_THROWS_AS(reader.open(Clock::now() + 10s), SqliteError);
}

}  // namespace deltamill
