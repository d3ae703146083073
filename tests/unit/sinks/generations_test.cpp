// Generations: building beside the current one, activation, what is kept, what survives a restart.
#include <catch2/catch.hpp>

#include "tests/unit/sinks/sink_fixture.h"
#include "views/data/check.h"

namespace deltamill {

using Rows = std::vector<std::string>;

namespace {

TestSink named() {
  return TestSink({column("id", TypeKind::int4), column("name", TypeKind::text, true)},
                  KeyColumns{0});
}

Rows states(const TestSink& sink) {
  return sink.store().query("SELECT number, state FROM deltamill_generations ORDER BY number");
}

Rows tables(const TestSink& sink) {
  return sink.store().query(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB 'deltamill_v_[0-9]*' "
      "ORDER BY "
      "1");
}

}  // namespace

TEST_CASE("a generation that is built is not seen until it is activated") {
  TestSink sink = named();
  sink.start().change({{1, {"1", "old"}}});
  const Generation next = sink->begin_generation(0);
  CHECK(next.number == sink.generation().number + 1);
  sink->load(next, sink.maker().delta({{1, {"1", "new"}}}));
  sink->commit(sink->frontier(), sink->frontier());
  CHECK(sink.rows() == Rows{"1|old"});
  sink->activate(next);
  CHECK(sink.rows() == Rows{"1|old"});
  sink.commit();
  CHECK(sink.rows() == Rows{"1|new"});
  CHECK(sink->current(0)->number == next.number);
}

TEST_CASE("one previous generation is kept and older ones are dropped") {
  TestSink sink = named();
  sink.start();
  sink.activate_new({{1, {"1", "second"}}});
  sink.activate_new({{1, {"1", "third"}}});
  CHECK(states(sink) == Rows{"2|previous", "3|current"});
  CHECK(tables(sink) == Rows{"deltamill_v_2", "deltamill_v_3"});
}

TEST_CASE("without previous generations only the current one is kept") {
  TestSink sink = named();
  sink.options.keep_generations = 0;
  sink.start();
  sink.activate_new({});
  CHECK(states(sink) == Rows{"2|current"});
}

TEST_CASE("numbers of generations are never used again") {
  TestSink sink = named();
  sink.start();
  const Generation dropped = sink->begin_generation(0);
  sink->drop(dropped);
  CHECK(sink->begin_generation(0).number == dropped.number + 1);
  sink.open();
  CHECK(sink->begin_generation(0).number == dropped.number + 2);
}

TEST_CASE("a number given out in an abandoned commit is not given again") {
  TestSink sink = named();
  sink.start().apply({{1, {"1", "a"}}});
  const Generation lost = sink->begin_generation(0);
  sink->abandon();
  CHECK(sink.rows().empty());
  CHECK(sink->begin_generation(0).number == lost.number + 1);
}

TEST_CASE("an unfinished generation is gone after a restart") {
  TestSink sink = named();
  sink.start().change({{1, {"1", "a"}}});
  const Generation next = sink->begin_generation(0);
  sink->load(next, sink.maker().delta({{1, {"1", "b"}}}));
  sink->commit(sink->frontier(), sink->frontier());
  sink.open();
  CHECK(states(sink) == Rows{"1|current"});
  CHECK(tables(sink) == Rows{"deltamill_v_1"});
  CHECK(sink->current(0)->number == 1);
}

TEST_CASE("the current generation is not dropped") {
  TestSink sink = named();
  sink.start();
  CHECK_THROWS_AS(sink->drop(sink.generation()), BrokenInvariant);
}

TEST_CASE("both generations follow while one is built") {
  TestSink sink = named();
  sink.start().change({{1, {"1", "a"}}});
  const Generation next = sink->begin_generation(0);
  sink->load(next, sink.maker().delta({{1, {"1", "a"}}}));
  sink->commit(sink->frontier(), sink->frontier());
  const Delta update = sink.maker().delta({{-1, {"1", "a"}}, {1, {"1", "b"}}});
  sink->apply(sink.generation(), update);
  sink->apply(next, update);
  sink->activate(next);
  sink.commit();
  CHECK(sink.rows() == Rows{"1|b"});
  CHECK(sink.store().query("SELECT name FROM deltamill_v_1") == Rows{"b"});
}

TEST_CASE("rows wait for the end of a commit across an activation") {
  TestSink sink = named();
  sink.view().indexes = {{{1, false}}};
  sink.open();
  const Generation first = sink->begin_generation(0);
  sink->load(first, sink.maker().delta({{1, {"1", "a"}}}));
  sink->load(first, sink.maker().delta({{1, {"1", "b"}}}));
  sink->activate(first);
  sink->apply(first, sink.maker().delta({{-1, {"1", "a"}}}));
  sink.commit();
  CHECK(sink.rows() == Rows{"1|b"});
  CHECK(sink.store().query("PRAGMA integrity_check") == Rows{"ok"});
}

TEST_CASE("a changed definition has no current generation, and the old one stays readable") {
  TestSink sink = named();
  sink.start().change({{1, {"1", "a"}}});
  const Frontier before = sink->frontier();
  sink.view().definition = "definition 2";
  sink.open();
  CHECK_FALSE(sink->current(0));
  CHECK_FALSE(sink->epoch_changed());
  CHECK(sink->frontier() == before);
  CHECK(sink.rows() == Rows{"1|a"});
  sink->commit(before, at(500));
  // It stays where it was while the store goes on.
  CHECK(sink.store().query("SELECT lsn, generation FROM deltamill_frontier") == Rows{"0/14|1"});
  sink.view().definition = "definition 1";
  sink.open();
  CHECK_FALSE(sink->current(0));
  sink.activate_new({{1, {"1", "b"}}});
  CHECK(sink.rows() == Rows{"1|b"});
  CHECK(sink.store().query("SELECT lsn, generation FROM deltamill_frontier") == Rows{"0/1FE|2"});
}

TEST_CASE("under another journal nothing is current, and what was built stays readable") {
  TestSink sink = named();
  sink.start().change({{1, {"1", "a"}}});
  sink.epoch = "epoch 2";
  sink.open();
  CHECK(sink->epoch_changed());
  CHECK_FALSE(sink->current(0));
  CHECK(sink->frontier() == Frontier());
  CHECK(sink.store().query("SELECT * FROM deltamill_frontier") == Rows{"v|0/14|epoch 1|1"});
  CHECK(sink.rows() == Rows{"1|a"});
  sink.activate_new({{1, {"1", "b"}}});
  CHECK(sink.store().query("SELECT * FROM deltamill_frontier") == Rows{"v|0/A|epoch 2|2"});
  sink.open();
  CHECK_FALSE(sink->epoch_changed());
  CHECK(sink->current(0)->number == 2);
}

TEST_CASE("a view that left the project is kept where it was") {
  TestSink sink = named();
  sink.start().change({{1, {"1", "a"}}});
  sink.view().name = "w";
  sink.open();
  CHECK_FALSE(sink->current(0));
  sink.activate_new({{1, {"7", "w"}}});
  CHECK(sink.rows() == Rows{"1|a"});
  CHECK(sink.store().query("SELECT view, lsn FROM deltamill_frontier ORDER BY 1") ==
        Rows{"v|0/14", "w|0/1E"});
}

TEST_CASE("a frozen view keeps its rows and its frontier and follows no more") {
  TestSink sink = named();
  sink.start().change({{1, {"1", "kept"}}});
  const Frontier frozen = sink->frontier();
  sink->freeze(0);
  sink->commit(frozen, at(frozen.end().value + 16));
  CHECK(sink.rows() == Rows{"1|kept"});
  CHECK(sink.store().query("SELECT lsn FROM deltamill_frontier") == Rows{to_string(frozen)});
  CHECK(sink->readable(0));
  sink.open();
  CHECK_FALSE(sink->current(0).has_value());
  CHECK(sink->readable(0));
}

}  // namespace deltamill
