// What lives as long as one batch and is shared by all operators of a graph: memory, and the rows
// in error.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "views/data/arena.h"

namespace deltamill {

// A change of the multiset of error rows at one collection. Every view that depends on the
// collection shows it.
struct RowErrorChange {
  std::uint32_t collection = 0;
  std::string message;
  std::string key;  // the row's key or content as JSON
  std::int32_t weight = 0;
};

struct BatchState {
  Arena arena;
  std::vector<RowErrorChange> errors;

  void report(std::uint32_t collection, std::string_view message, std::string key,
              std::int32_t weight) {
    errors.push_back({collection, std::string(message), std::move(key), weight});
  }
  void reset() {
    arena.reset();
    errors.clear();
  }
};

}  // namespace deltamill
