// The engine over a journal and a sink in memory: first start, restart, gaps of the sink, tasks.
#include "service/pipeline/engine.h"

#include <catch2/catch.hpp>

#include "tests/unit/service/mill.h"

namespace deltamill {

namespace {

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a view is loaded from the base and follows") {
  Mill mill({"+1,Ada", "+2,Bob"});
  mill.start();
  REQUIRE(mill.sink().wait_for(at(10)));
  CHECK(mill.sink().rows() == Texts{"1,Ada", "2,Bob"});
  mill.commit(20, {"=1,Ann", "-2", "+3,Cid"});
  REQUIRE(mill.sink().wait_for(at(20)));
  CHECK(mill.sink().rows() == Texts{"1,Ann", "3,Cid"});
}

TEST_CASE("transactions that were journaled before the first start belong to it") {
  Mill mill({"+1,Ada"});
  mill.commit(20, {"+2,Bob"});
  mill.commit(30, {"-1"});
  mill.start();
  REQUIRE(mill.sink().wait_for(at(30)));
  CHECK(mill.sink().rows() == Texts{"2,Bob"});
}

TEST_CASE("a transaction that commits where the last one ended is not lost") {
  Mill mill;
  mill.commit_together({{20, {"+1,Ada"}}, {30, {"+2,Bob"}}, {40, {"+3,Cid"}}});
  mill.run_until(20);
  CHECK(mill.sink().rows() == Texts{"1,Ada"});
  mill.start();
  REQUIRE(mill.sink().wait_for(at(40)));
  CHECK(mill.sink().rows() == Texts{"1,Ada", "2,Bob", "3,Cid"});
}

TEST_CASE("a restart sends the sink nothing that it holds") {
  Mill mill({"+1,Ada", "+2,Bob"});
  mill.commit_together({{20, {"+3,Cid"}}, {30, {"=1,Ann"}}});
  mill.run_until(20);
  REQUIRE(mill.sink().frontier() == at(20));
  const std::uint64_t written = mill.sink().written_rows();
  const std::size_t commits = mill.sink().commits().size();

  mill.start();
  REQUIRE(mill.sink().wait_for(at(30)));
  mill.stop();
  CHECK(mill.sink().rows() == Texts{"1,Ann", "2,Bob", "3,Cid"});
  CHECK(mill.sink().written_rows() - written == 2);  // the old row of 1 and the new one
  CHECK(mill.sink().commits().at(commits) == "20-30");
}

TEST_CASE("a restart of a sink that is ahead of the journal's base keeps its generation") {
  Mill mill({"+1,Ada"});
  mill.commit(20, {"+2,Bob"});
  mill.run_until(20);
  const std::int64_t generation = mill.sink().current(0)->number;
  mill.run_until(20);
  CHECK(mill.sink().current(0)->number == generation);
  CHECK(mill.sink().rows() == Texts{"1,Ada", "2,Bob"});
}

TEST_CASE("views of one sink are loaded and changed together") {
  Mill mill({"+1,Ada"}, {whole_table("v"), row_count("n")});
  mill.commit(20, {"+2,Bob", "+3,Cid"});
  mill.run_until(20);
  CHECK(mill.sink().rows(0) == Texts{"1,Ada", "2,Bob", "3,Cid"});
  CHECK(mill.sink().rows(1) == Texts{"3"});
}

TEST_CASE("a sink is settled when all its views follow") {
  Mill mill({"+1,Ada"});
  mill.commit(20, {"+2,Bob"});
  mill.sink().hold();
  mill.start();
  CHECK_FALSE(mill.follower().settled());
  mill.sink().release();
  CHECK(mill.wait_until([&] { return mill.follower().settled(); }));
  CHECK(mill.follower().condition() == SinkCondition::following);
}

TEST_CASE("an aggregate of nothing has its row") {
  Mill mill({}, {row_count("n")});
  mill.start();
  REQUIRE(mill.sink().wait_for(at(10)));
  CHECK(mill.sink().rows() == Texts{"0"});
  mill.commit(20, {"+1,Ada"});
  REQUIRE(mill.sink().wait_for(at(20)));
  CHECK(mill.sink().rows() == Texts{"1"});
}

TEST_CASE("a transaction in slices is one commit for readers") {
  Mill mill;
  EngineOptions options;
  options.batch.changes_max = 2;
  mill.start(options);
  REQUIRE(mill.sink().wait_for(at(10)));
  mill.commit_in_pieces(20, {{"+1,a", "+2,b", "+3,c"}, {"+4,d", "-1"}, {"+5,e"}});
  REQUIRE(mill.sink().wait_for(at(20)));
  CHECK(mill.sink().rows() == Texts{"2,b", "3,c", "4,d", "5,e"});
  CHECK(mill.sink().commits().back() == "10-20");
}

TEST_CASE("a restart passes a transaction in slices that changes no view") {
  Mill mill({"+1,Ada"}, {row_count("n")});
  EngineOptions options;
  options.batch.changes_max = 2;
  mill.commit_in_pieces(20, {{"=1,a", "=1,b", "=1,c"}, {"=1,d"}});
  mill.start(options);
  REQUIRE(mill.sink().wait_for(at(20)));
  mill.start(options);
  mill.commit(30, {"+2,Bob"});
  REQUIRE(mill.sink().wait_for(at(30)));
  CHECK(mill.sink().rows() == Texts{"2"});
}

TEST_CASE("a restart passes a transaction in slices whose last changes no view") {
  Mill mill({"+1,Ada"}, {row_count("n")});
  EngineOptions options;
  options.batch.changes_max = 2;
  mill.commit_in_pieces(20, {{"+2,a", "+3,b", "+4,c"}, {"=1,d"}});
  mill.start(options);
  REQUIRE(mill.sink().wait_for(at(20)));
  mill.start(options);
  mill.commit(30, {"+5,Bob"});
  REQUIRE(mill.sink().wait_for(at(30)));
  CHECK(mill.sink().rows() == Texts{"5"});
}

TEST_CASE("the engine stops exactly where it is told") {
  Mill mill;
  mill.commit_together({{20, {"+1,Ada"}}, {30, {"+2,Bob"}}});
  mill.run_until(20);
  CHECK(mill.sink().frontier() == at(20));
  CHECK(mill.sink().rows() == Texts{"1,Ada"});
}

TEST_CASE("a failed commit is tried again, and has every row once") {
  Mill mill({"+1,Ada"});
  mill.start();
  REQUIRE(mill.sink().wait_for(at(10)));
  mill.sink().fail_next_commits(100, true);
  mill.commit(20, {"+2,Bob"});
  REQUIRE(mill.sink().wait_for(at(20)));
  CHECK(mill.sink().rows() == Texts{"1,Ada", "2,Bob"});
  CHECK(mill.sink().failures() == 100);
  CHECK(mill.left_behind() == 0);
}

TEST_CASE("a key that is not unique sets its view aside, and the others go on") {
  Mill mill({"+1,Ada"}, {row_count("n"), whole_table("v")});
  mill.start();
  REQUIRE(mill.sink().wait_for(at(10)));
  mill.sink().conflict_in_next_commit(1);
  mill.commit(20, {"+2,Bob"});
  const std::optional<EngineFailure> failure = mill.failure();
  REQUIRE(failure);
  CHECK(failure->views == std::vector<std::uint32_t>{1});
  REQUIRE(mill.sink().wait_for(at(20)));
  CHECK(mill.sink().rows(0) == Texts{"2"});
  CHECK(mill.sink().rows(1) == Texts{"1,Ada"});
  CHECK_FALSE(mill.sink().current(1));
}

TEST_CASE("a view that is set aside while it loads does not become current with the others") {
  Mill mill({"+1,Ada"}, {row_count("n"), whole_table("v")});
  mill.commit(20, {"+2,Bob"});
  mill.sink().conflict_in_next_commit(1);
  mill.start();
  REQUIRE(mill.failure());
  REQUIRE(mill.sink().wait_for(at(20)));
  CHECK(mill.sink().rows(0) == Texts{"2"});
  CHECK_FALSE(mill.sink().readable(1));
  CHECK(mill.wait_until([&] { return mill.follower().settled(); }));
}

TEST_CASE("rows that contradict their table set the view aside, and the others go on") {
  Mill mill({"+1,Ada"}, {row_count("n"), whole_table("v")});
  mill.start();
  REQUIRE(mill.sink().wait_for(at(10)));
  mill.sink().contradict_next_rows(0);
  mill.commit(20, {"+2,Bob"});
  const std::optional<EngineFailure> failure = mill.failure();
  REQUIRE(failure);
  CHECK(failure->views == std::vector<std::uint32_t>{0});
  REQUIRE(mill.sink().wait_for(at(20)));
  CHECK(mill.sink().rows(0) == Texts{"1"});
  CHECK(mill.sink().rows(1) == Texts{"1,Ada", "2,Bob"});
}

TEST_CASE("reaching the memory limit names the largest operator") {
  Mill mill({"+1,Ada"});
  EngineOptions options;
  options.memory_bytes_max = 1;
  mill.start(options);
  const std::optional<EngineFailure> failure = mill.failure();
  REQUIRE(failure);
  CHECK(failure->message.find("memory_limit") != std::string::npos);
  CHECK(failure->message.find("table public.t") != std::string::npos);
}

TEST_CASE("a change that contradicts the state stops the engine") {
  Mill mill({"+1,Ada"});
  mill.start();
  REQUIRE(mill.sink().wait_for(at(10)));
  mill.commit(20, {"-7"});
  REQUIRE(mill.failure());
  CHECK(mill.sink().frontier() == at(10));
}

TEST_CASE("a task runs between batches, and what it throws is thrown at its caller") {
  Mill mill({"+1,Ada"});
  mill.commit(20, {"+2,Bob"});
  mill.start();
  REQUIRE(mill.sink().wait_for(at(20)));
  Frontier seen;
  CHECK(mill.engine().run([&](Engine::Pause& pause) { seen = pause.frontier(); }));
  CHECK(seen == at(20));
  CHECK_THROWS_AS(mill.engine().run([](Engine::Pause&) { throw std::out_of_range("no"); }),
                  std::out_of_range);
}

TEST_CASE("a task for a frontier sees the sink exactly there while changes go on") {
  Mill mill({"+1,Ada"});
  mill.start();
  REQUIRE(mill.sink().wait_for(at(10)));
  Frontier seen;
  CHECK(mill.engine().run([&](Engine::Pause& pause) {
    pause.when_at(mill.follower(), at(20), [&](Sink& sink) { seen = sink.frontier(); });
  }));
  mill.commit_together({{20, {"+2,Bob"}}, {30, {"+3,Cid"}}});
  REQUIRE(mill.sink().wait_for(at(30)));
  mill.stop();
  CHECK(seen == at(20));
}

TEST_CASE("a task for an engine that has ended is not run") {
  Mill mill;
  EngineOptions options;
  options.memory_bytes_max = 0;
  mill.commit(20, {"+1,Ada"});
  mill.start(options);
  REQUIRE(mill.failure());
  CHECK_FALSE(mill.engine().run([](Engine::Pause&) {}));
}

}  // namespace deltamill
