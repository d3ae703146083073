// Several sinks on one engine: each has its own pace and its own trouble.
#include <catch2/catch.hpp>

#include "service/pipeline/engine.h"
#include "tests/unit/service/mill.h"

namespace deltamill {

namespace {

using Texts = std::vector<std::string>;

// Starts an engine while the second sink's thread is in a commit that ends with release().
void start_beside_a_silent_sink(Mill& mill) {
  mill.start();
  REQUIRE(mill.wait_until([&] { return mill.follower(1).settled(); }));
  mill.stop();
  mill.sink(1).hold();
  mill.follower(1).spawn([](Sink& sink) { sink.commit(sink.frontier(), sink.frontier()); });
  EngineOptions options;
  options.begin_patience = std::chrono::milliseconds(0);
  mill.start(options);
}

}  // namespace

TEST_CASE("every sink has the rows") {
  Mill mill({"+1,Ada"}, {whole_table("v")}, 2);
  mill.start();
  mill.commit(20, {"+2,Bob"});
  for (const std::size_t sink : {0, 1}) {
    REQUIRE(mill.sink(sink).wait_for(at(20)));
    CHECK(mill.sink(sink).rows() == Texts{"1,Ada", "2,Bob"});
  }
}

TEST_CASE("a sink in a long commit does not keep the other waiting") {
  Mill mill({"+1,Ada"}, {whole_table("v")}, 2);
  mill.start();
  REQUIRE(mill.wait_until([&] { return mill.follower(1).settled(); }));
  mill.sink(1).hold();
  for (std::uint64_t step = 1; step <= 50; ++step) {
    mill.commit(10 + step, {"=1,step " + std::to_string(step)});
    REQUIRE(mill.sink(0).wait_for(at(10 + step)));
  }
  CHECK(mill.sink(1).frontier() < at(20));
  mill.sink(1).release();
  REQUIRE(mill.sink(1).wait_for(at(60)));
  CHECK(mill.sink(1).rows() == Texts{"1,step 50"});
  CHECK(mill.left_behind() == 0);
}

TEST_CASE("a sink whose queue is full is replayed for alone, and joins again") {
  Mill mill({"+1,Ada"}, {whole_table("v")}, 2, /*queue_bytes_max=*/1);
  mill.start();
  REQUIRE(mill.wait_until([&] { return mill.follower(1).settled(); }));
  mill.sink(1).hold();
  for (std::uint64_t step = 1; step <= 20; ++step) {
    mill.commit(10 + step, {"=1,step " + std::to_string(step)});
    REQUIRE(mill.sink(0).wait_for(at(10 + step)));
  }
  CHECK(mill.left_behind() >= 1);
  CHECK_FALSE(mill.follower(1).settled());
  mill.sink(1).release();
  REQUIRE(mill.sink(1).wait_for(at(30)));
  REQUIRE(mill.wait_until([&] { return mill.follower(1).settled(); }));
  mill.commit(40, {"+2,Bob"});
  REQUIRE(mill.sink(1).wait_for(at(40)));
  REQUIRE(mill.sink(0).wait_for(at(40)));
  CHECK(mill.sink(1).rows() == Texts{"1,step 20", "2,Bob"});
  CHECK(mill.sink(0).rows() == Texts{"1,step 20", "2,Bob"});
}

TEST_CASE("a hundred failed commits of one sink are its own") {
  Mill mill({"+1,Ada"}, {whole_table("v")}, 2);
  mill.start();
  REQUIRE(mill.wait_until([&] { return mill.follower(1).settled(); }));
  mill.sink(1).fail_next_commits(100, GENERATE(true, false));
  for (std::uint64_t step = 1; step <= 20; ++step) {
    mill.commit(10 + step, {"=1,step " + std::to_string(step)});
    REQUIRE(mill.sink(0).wait_for(at(10 + step)));
  }
  REQUIRE(mill.sink(1).wait_for(at(30)));
  CHECK(mill.sink(1).failures() == 100);
  CHECK(mill.sink(1).rows() == Texts{"1,step 20"});
  CHECK(mill.follower(1).condition() == SinkCondition::following);
  CHECK_FALSE(mill.failed());
}

TEST_CASE("a sink that is put back to an older copy has every row again") {
  Mill mill({"+1,Ada"}, {whole_table("v"), row_count("n")}, 2);
  mill.start();
  mill.commit(20, {"+2,Bob"});
  REQUIRE(mill.sink(1).wait_for(at(20)));
  mill.sink(1).copy();
  mill.commit(30, {"+3,Cid", "-1"});
  REQUIRE(mill.sink(1).wait_for(at(30)));
  REQUIRE(mill.sink(0).wait_for(at(30)));
  const std::uint64_t written = mill.sink(0).written_rows();

  mill.sink(1).put_copy_back();
  mill.commit(40, {"=2,Ben"});
  REQUIRE(mill.sink(1).wait_for(at(40)));
  CHECK(mill.sink(1).rows(0) == Texts{"2,Ben", "3,Cid"});
  CHECK(mill.sink(1).rows(1) == Texts{"2"});
  CHECK(mill.left_behind() == 1);
  REQUIRE(mill.sink(0).wait_for(at(40)));
  CHECK(mill.sink(0).written_rows() == written + 2);
  CHECK_FALSE(mill.failed());
}

TEST_CASE("a sink that lost everything shows nothing until it is where it was") {
  Mill mill({"+1,Ada"}, {whole_table("v")}, 2);
  mill.sink(1).copy();
  mill.start();
  mill.commit(20, {"+2,Bob"});
  mill.commit(30, {"+3,Cid"});
  REQUIRE(mill.sink(1).wait_for(at(30)));
  mill.sink(1).put_copy_back();
  mill.commit(40, {"=2,Ben"});
  REQUIRE(mill.sink(1).wait_for(at(40)));
  CHECK(mill.sink(1).activations() == Texts{"10", "30"});
  CHECK(mill.sink(1).rows() == Texts{"1,Ada", "2,Ben", "3,Cid"});
}

TEST_CASE("a sink that does not answer at the start is waited for by nobody") {
  Mill mill({"+1,Ada"}, {whole_table("v")}, 2);
  start_beside_a_silent_sink(mill);
  mill.commit(20, {"+2,Bob"});
  REQUIRE(mill.sink(0).wait_for(at(20)));
  mill.sink(1).release();
  REQUIRE(mill.sink(1).wait_for(at(20)));
  CHECK(mill.sink(1).rows() == Texts{"1,Ada", "2,Bob"});
}

TEST_CASE("an engine may end before a sink has answered") {
  Mill mill({"+1,Ada"}, {whole_table("v")}, 2);
  start_beside_a_silent_sink(mill);
  mill.commit(20, {"+2,Bob"});
  REQUIRE(mill.sink(0).wait_for(at(20)));
  mill.stop();
  // Now it begins for an engine that is gone.
  mill.sink(1).release();
  REQUIRE(mill.follower(1).run([](Sink&) {}));
  mill.start();
  REQUIRE(mill.sink(1).wait_for(at(20)));
  CHECK(mill.sink(1).rows() == Texts{"1,Ada", "2,Bob"});
}

TEST_CASE("rows in error become visible with their commit") {
  Mill mill({"+1,Ada"}, {integer_ids("v")});
  mill.start();
  REQUIRE(mill.sink().wait_for(at(10)));
  mill.sink().hold();
  mill.commit(20, {"+two,Bob"});
  mill.commit(30, {"+3,Cid"});
  REQUIRE(mill.wait_until([&] { return mill.engine().frontier() == at(30); }));
  CHECK(mill.errors().rows(0, 10).empty());
  mill.sink().release();
  REQUIRE(mill.sink().wait_for(at(30)));
  CHECK(mill.wait_until([&] { return mill.errors().rows(0, 10).size() == 1; }));
}

}  // namespace deltamill
