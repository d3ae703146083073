// A frontier in two integer columns beside each other: LSN, then tick, each the 64 bits of the
// number, read as a signed one. Neither reaches 2^63, so pairs compare in SQL as frontiers do here.
#pragma once

#include "sinks/sqlite/database.h"
#include "views/data/frontier.h"

namespace deltamill {

// Binds `parameter` and the one behind it.
inline Statement& bind_frontier(Statement& statement, int parameter, Frontier frontier) {
  return statement.bind(parameter, static_cast<std::int64_t>(frontier.end().value))
      .bind(parameter + 1, static_cast<std::int64_t>(frontier.tick()));
}

// Reads `column` and the one behind it.
[[nodiscard]] inline Frontier frontier_in(const Statement& row, int column) {
  return Frontier(Lsn(static_cast<std::uint64_t>(row.integer(column))),
                  static_cast<std::uint64_t>(row.integer(column + 1)));
}

}  // namespace deltamill
