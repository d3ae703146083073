// Commits: rows and frontier together, compare-and-set, restart, what others may read.
#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>

#include "sinks/sqlite/reader.h"
#include "tests/unit/sinks/sink_fixture.h"

namespace deltamill {

using Rows = std::vector<std::string>;

namespace {

TestSink named() {
  return TestSink({column("id", TypeKind::int4), column("name", TypeKind::text, true)},
                  KeyColumns{0});
}

}  // namespace

TEST_CASE("a fresh store is at no frontier and has nothing current") {
  TestSink sink = named();
  sink.open();
  CHECK(sink->frontier() == Frontier());
  CHECK_FALSE(sink->current(0));
  CHECK_FALSE(sink->epoch_changed());
}

TEST_CASE("rows and frontier are there after a restart, together") {
  TestSink sink = named();
  sink.start().change({{1, {"1", "a"}}});
  const Frontier before = sink->frontier();
  sink.apply({{1, {"2", "b"}}});
  sink.open();
  CHECK(sink->frontier() == before);
  CHECK(sink.rows() == Rows{"1|a"});
  sink.change({{1, {"2", "b"}}});
  CHECK(sink.rows() == Rows{"1|a", "2|b"});
  CHECK(sink.row_count() == 2);
}

TEST_CASE("what is abandoned leaves no trace") {
  TestSink sink = named();
  sink.start().change({{1, {"1", "a"}}});
  sink.apply({{-1, {"1", "a"}}, {1, {"1", "b"}}, {1, {"2", "c"}}});
  sink->abandon();
  CHECK(sink.rows() == Rows{"1|a"});
  sink.change({{-1, {"1", "a"}}});
  CHECK(sink.rows().empty());
  CHECK(sink.row_count() == 0);
}

TEST_CASE("a commit from another frontier than the stored one is refused") {
  TestSink sink = named();
  sink.start().apply({{1, {"1", "a"}}});
  CHECK_THROWS_AS(sink->commit(at(5), at(50)), FrontierMoved);
  CHECK(sink.rows().empty());
}

TEST_CASE(
    "a store that is put back from a copy is seen at the next commit, and taken over as it is") {
  TestSink sink = named();
  sink.start().change({{1, {"1", "a"}}});
  const Frontier copied = sink->frontier();
  const std::string path = sink.store().path();
  {
    Database database(path, Database::Mode::read_write_create);
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)");
  }
  std::filesystem::copy_file(path, path + ".copy");
  sink.change({{1, {"2", "b"}}});
  StoreReader reader(path, 2);
  const auto soon = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  CHECK(reader.open(soon).row_count("v") == 2);

  std::filesystem::remove(path + "-wal");
  std::filesystem::remove(path + "-shm");
  std::filesystem::rename(path + ".copy", path);
  sink.apply({{1, {"3", "c"}}});
  CHECK_THROWS_AS(sink->commit(sink->frontier(), at(100)), FrontierMoved);
  CHECK(sink->reopen());
  CHECK(sink->frontier() == copied);
  CHECK(sink.rows() == Rows{"1|a"});
  CHECK(reader.open(soon).row_count("v") == 1);
  CHECK_FALSE(sink->reopen());
  sink.change({{1, {"2", "b"}}});
  CHECK(sink.rows() == Rows{"1|a", "2|b"});
}

TEST_CASE("of two instances only the last one that opened the store writes") {
  TestSink sink = named();
  sink.start().change({{1, {"1", "a"}}});
  SqliteSink second(sink.store().path(), "epoch 1", "instance 2", {sink.view()});
  const Frontier frontier = second.frontier();
  CHECK(frontier == sink->frontier());
  sink.apply({{1, {"2", "b"}}});
  CHECK_THROWS_AS(sink->commit(frontier, at(1000)), FrontierMoved);
  CHECK_THROWS_AS(sink->begin_generation(0), FrontierMoved);
  second.apply(*second.current(0), sink.maker().delta({{1, {"3", "c"}}}));
  second.commit(frontier, at(1000));
  CHECK(sink.rows() == Rows{"1|a", "3|c"});
}

TEST_CASE("a view that may not be frozen any more leaves nothing open in the store") {
  TestSink sink = named();
  sink.start().change({{1, {"1", "a"}}});
  SqliteSink second(sink.store().path(), "epoch 1", "instance 2", {sink.view()});
  CHECK_THROWS_AS(sink->freeze(0), FrontierMoved);
  const Frontier frontier = second.frontier();
  second.apply(*second.current(0), sink.maker().delta({{1, {"2", "b"}}}));
  second.commit(frontier, at(1000));
  CHECK(sink.rows() == Rows{"1|a", "2|b"});
  CHECK(sink->reopen());
}

TEST_CASE("a commit may leave the frontier where it is, or move it without rows") {
  TestSink sink = named();
  sink.start();
  const Frontier frontier = sink->frontier();
  sink.apply({{1, {"1", "a"}}});
  sink->commit(frontier, frontier);
  sink->commit(frontier, at(777));
  CHECK(sink->frontier() == at(777));
  CHECK(sink.rows() == Rows{"1|a"});
}

TEST_CASE("a tick alone moves the frontier, and the next commit follows the tick") {
  TestSink sink = named();
  sink.start();
  const Frontier before = sink->frontier();
  const Frontier after(before.end(), before.tick() + 1);
  sink.apply({{1, {"1", "a"}}});
  sink->commit(before, after);
  CHECK(sink->frontier() == after);
  sink.apply({{1, {"2", "b"}}});
  CHECK_THROWS_AS(sink->commit(before, at(1000)), FrontierMoved);
  sink.open();
  CHECK(sink->frontier() == after);
  sink->commit(after, at(1000));
  CHECK(sink->frontier() == at(1000));
  CHECK(sink.rows() == Rows{"1|a"});
}

TEST_CASE("another process reads rows and their frontier by SQL") {
  TestSink sink = named();
  sink.start().change({{1, {"1", "a"}}});
  sink->commit(sink->frontier(), at(0x16'B374'D848));
  CHECK(sink.store().query("SELECT * FROM deltamill_frontier") == Rows{"v|16/B374D848|epoch 1|1"});
  CHECK(sink.store().query("SELECT name FROM v WHERE id = 1") == Rows{"a"});
}

TEST_CASE("a view that SQLite cannot keep is refused by name") {
  TestSink sink({column("a", TypeKind::int4), column("A", TypeKind::int4)}, KeyColumns{0});
  CHECK_THROWS_WITH(sink.open(), Catch::Contains("cannot keep view \"v\""));
}

TEST_CASE("the write-ahead log is moved when it is large, and small ones only when idle") {
  TestSink sink = named();
  sink.options.checkpoint_bytes = std::uint64_t{64} << 20;
  sink.options.idle_checkpoint_bytes = 1;
  sink.start().change({{1, {"1", "a"}}});
  sink->rest(false);
  sink->rest(true);
  sink.change({{1, {"2", "b"}}});
  CHECK(sink.rows() == Rows{"1|a", "2|b"});
}

}  // namespace deltamill
