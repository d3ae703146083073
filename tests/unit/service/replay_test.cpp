// What replay hands over: base rows, then transactions, cut where it is told.
#include "service/pipeline/replay.h"

#include <catch2/catch.hpp>

#include "tests/unit/service/mill.h"

namespace deltamill {

namespace {

// "10-20:2" per batch with its changes, "+" for a slice, until nothing more is in the journal.
std::vector<std::string> batches_of(Replay& replay) {
  std::vector<std::string> batches;
  while (const auto batch = replay.next({}, std::chrono::steady_clock::time_point::min()))
    batches.push_back(std::to_string(batch->from.end().value) + "-" +
                      std::to_string(batch->to.end().value) + (batch->complete ? ":" : "+") +
                      std::to_string(batch->changes.size()));
  return batches;
}

// Three transactions, two of them in one block.
void fill(Mill& mill) {
  mill.commit_together({{20, {"+3,Cid"}}, {30, {"=1,Ann", "-2"}}});
  mill.commit(40, {"+4,Dan"});
  (void)mill.journal().discard_incomplete();
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("base rows come first, in batches of the stated size") {
  Mill mill({"+1,Ada", "+2,Bob", "+3,Cid"});
  Replay replay(mill.journal(), {table_oid}, {.changes_max = 2});
  CHECK(replay.base() == at(10));
  CHECK(replay.base_rows() == 3);
  std::vector<std::size_t> sizes;
  CHECK(replay.load_base([&](const Batch& batch) { sizes.push_back(batch.changes.size()); }, {}));
  CHECK(sizes == std::vector<std::size_t>{2, 1});
}

TEST_CASE("a backlog is one batch") {
  Mill mill({"+1,Ada", "+2,Bob"});
  fill(mill);
  Replay replay(mill.journal(), {table_oid}, {});
  CHECK(batches_of(replay) == Texts{"10-40:4"});
  CHECK(replay.frontier() == at(40));
}

TEST_CASE("a batch ends exactly where it is cut, also within a block") {
  Mill mill({"+1,Ada", "+2,Bob"});
  fill(mill);
  Replay replay(mill.journal(), {table_oid}, {});
  replay.cut_at(at(20));
  CHECK(batches_of(replay) == Texts{"10-20:1", "20-40:3"});
}

TEST_CASE("a cut where nothing ends changes nothing but the cut") {
  Mill mill({"+1,Ada", "+2,Bob"});
  fill(mill);
  Replay replay(mill.journal(), {table_oid}, {});
  replay.cut_at(at(10));
  replay.cut_at(at(40));
  CHECK(batches_of(replay) == Texts{"10-40:4"});
}

TEST_CASE("a transaction larger than a batch comes in slices") {
  Mill mill;
  mill.commit(20, {"+1,a", "+2,b", "+3,c", "+4,d", "+5,e"});
  (void)mill.journal().discard_incomplete();
  Replay replay(mill.journal(), {table_oid}, {.changes_max = 2});
  const Texts batches = batches_of(replay);
  REQUIRE(batches.size() >= 2);
  CHECK(batches.front() == "10-10+2");
  CHECK(batches.back().substr(0, 6) == "10-20:");
}

TEST_CASE("a replay that is stopped says so") {
  Mill mill({"+1,Ada"});
  Replay replay(mill.journal(), {table_oid}, {});
  std::stop_source stop;
  stop.request_stop();
  CHECK_FALSE(replay.load_base([](const Batch&) {}, stop.get_token()));
  CHECK_FALSE(replay.next(stop.get_token(), std::chrono::steady_clock::time_point::max()));
}

}  // namespace deltamill
