// When a run that was given a goal ends.
#include "service/goal.h"

#include <catch2/catch.hpp>
#include <vector>

namespace deltamill {

namespace {

constexpr Frontier at(std::uint64_t position) {
  return Frontier(Lsn(position));
}

Board::View view_that_is(Condition condition, bool stopped = false) {
  Board::View view;
  view.condition = condition;
  view.stopped = stopped;
  return view;
}

const std::vector<Board::View> all_live = {view_that_is(Condition::live),
                                           view_that_is(Condition::live)};
const std::vector<Board::View> one_loads = {view_that_is(Condition::live),
                                            view_that_is(Condition::stale)};
const std::vector<Board::View> one_stopped = {view_that_is(Condition::live),
                                              view_that_is(Condition::stale, true)};

Board::Sink sink_that_is(SinkCondition condition) {
  Board::Sink sink;
  sink.condition = condition;
  return sink;
}

const std::vector<Board::Sink> sinks = {sink_that_is(SinkCondition::following),
                                        sink_that_is(SinkCondition::retrying)};

}  // namespace

TEST_CASE("without a goal a run does not end by itself") {
  CHECK(state_of({}, at(0x20), all_live, sinks) == GoalState::under_way);
  CHECK(state_of({}, at(0x20), one_stopped, sinks) == GoalState::under_way);
}

TEST_CASE("a run to the source's position ends when all views are there or beyond") {
  const Goal goal{Lsn(0x20), {}};
  CHECK(state_of(goal, at(0x1f), all_live, sinks) == GoalState::under_way);
  CHECK(state_of(goal, at(0x20), one_loads, sinks) == GoalState::under_way);
  CHECK(state_of(goal, at(0x20), all_live, sinks) == GoalState::reached);
  CHECK(state_of(goal, at(0x21), all_live, sinks) == GoalState::reached);
  CHECK(state_of(goal, at(0x21), one_stopped, sinks) == GoalState::missed);
}

TEST_CASE("a run to a frontier ends exactly there") {
  const Goal goal{{}, at(0x20)};
  CHECK(state_of(goal, at(0x1f), all_live, sinks) == GoalState::under_way);
  CHECK(state_of(goal, at(0x20), one_loads, sinks) == GoalState::under_way);
  CHECK(state_of(goal, at(0x20), all_live, sinks) == GoalState::reached);
  CHECK(state_of(goal, at(0x21), all_live, sinks) == GoalState::passed);
  CHECK(state_of(goal, at(0x1f), one_stopped, sinks) == GoalState::missed);
}

TEST_CASE("a sink that has failed does not get there, one that is tried again may") {
  const std::vector<Board::Sink> failed = {sink_that_is(SinkCondition::failed)};
  CHECK(state_of({Lsn(0x20), {}}, at(0x1f), all_live, failed) == GoalState::missed);
  CHECK(state_of({}, at(0x1f), all_live, failed) == GoalState::under_way);
  CHECK(state_of({Lsn(0x20), {}}, at(0x1f), all_live, sinks) == GoalState::under_way);
}

}  // namespace deltamill
