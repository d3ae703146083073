// What is set is shown and told of.
#include "service/board.h"

#include <catch2/catch.hpp>

namespace deltamill {

namespace {

Board::Sink named(const std::string& name) {
  Board::Sink sink;
  sink.name = name;
  return sink;
}

}  // namespace

TEST_CASE("a stop is counted and lasts until the view is set again") {
  Board board(2, {});
  board.stop(1, Condition::stale, "two rows have one key");
  CHECK_FALSE(board.view(0).stopped);
  CHECK(board.view(1).stopped);
  CHECK(board.view(1).reason == "two rows have one key");
  board.set(1, Condition::live);
  CHECK_FALSE(board.view(1).stopped);
  CHECK(board.view(1).reason.empty());
  CHECK(board.view(1).stops == 1);
}

TEST_CASE("sinks are shown each for itself") {
  Board board(0, {named("local"), named("cache")});
  board.set_sink(1, SinkCondition::retrying, "connection refused");
  board.set_frontier(0, Frontier(Lsn(0x20)));
  CHECK(board.sinks()[0].condition == SinkCondition::loading);
  CHECK(board.sinks()[0].frontier == Frontier(Lsn(0x20)));
  CHECK(board.sinks()[1].condition == SinkCondition::retrying);
  CHECK(board.sinks()[1].error == "connection refused");
  CHECK(board.sinks()[1].frontier == Frontier());
  board.set_all_sinks(SinkCondition::following);
  for (const Board::Sink& sink : board.sinks()) {
    CHECK(sink.condition == SinkCondition::following);
    CHECK(sink.error.empty());
  }
}

TEST_CASE("who is told of a change finds it on the board") {
  Board board(1, {named("local")});
  std::vector<Condition> seen;
  {
    const Subscription subscription =
        board.on_change([&] { seen.push_back(board.view(0).condition); });
    board.set(0, Condition::live);
    board.stop(0, Condition::failed, "division by zero");
    board.set_sink(0, SinkCondition::following);
  }
  board.set(0, Condition::live);
  CHECK(seen == std::vector{Condition::live, Condition::failed, Condition::failed});
}

}  // namespace deltamill
