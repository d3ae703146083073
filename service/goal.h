// Where a run is to end by itself: --once and --until.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "service/board.h"
#include "views/data/frontier.h"

namespace deltamill {

struct Goal {
  std::optional<Lsn> position;    // the source's when it started: all views reach it
  std::optional<Frontier> until;  // all views stop exactly here

  [[nodiscard]] bool given() const { return position || until; }
  // The least position to be reached. REQUIRES: given().
  [[nodiscard]] Lsn lsn() const { return until ? until->end() : *position; }
};

enum class GoalState : std::uint8_t {
  under_way,
  reached,
  missed,  // a view that has stopped, or a sink that has failed, does not get there
  passed,  // there is no way back to a frontier that the store has left behind
};

// `stored` is the store's frontier.
[[nodiscard]] GoalState state_of(const Goal& goal, Frontier stored,
                                 std::span<const Board::View> views,
                                 std::span<const Board::Sink> sinks);

}  // namespace deltamill
