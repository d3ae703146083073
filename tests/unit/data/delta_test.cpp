// Consolidation against a sum by key, for few and for many rows.
#include "views/data/delta.h"

#include <catch2/catch.hpp>
#include <limits>
#include <map>
#include <random>

#include "views/data/check.h"

namespace deltamill {

namespace {

const RowLayout layout({Storage::integer, Storage::bytes});

RowBytes row_of(std::int64_t key, Arena& arena) {
  const Value values[] = {Value::of_integer(key), Value::of_bytes("same text in every row")};
  return pack_row(layout, values, arena);
}

// Weights by key, each key once.
std::map<std::int64_t, std::int64_t> weights_of(const Delta& delta) {
  std::map<std::int64_t, std::int64_t> weights;
  for (const DeltaRow& change : delta) {
    const bool is_new =
        weights.emplace(row_value(layout, change.row, 0).integer, change.weight).second;
    CHECK(is_new);
    CHECK(change.weight != 0);
  }
  return weights;
}

}  // namespace

TEST_CASE("an insert and a delete of identical rows vanish", "[delta]") {
  Arena arena;
  Delta delta{{row_of(1, arena), 1}, {row_of(2, arena), 1}, {row_of(1, arena), -1}};
  consolidate(delta);
  CHECK(weights_of(delta) == std::map<std::int64_t, std::int64_t>{{2, 1}});
}

TEST_CASE("weights of identical rows add up", "[delta]") {
  Arena arena;
  const RowBytes row = row_of(1, arena);
  Delta delta{{row, 2}, {row, 3}, {row_of(1, arena), -1}};
  consolidate(delta);
  CHECK(weights_of(delta) == std::map<std::int64_t, std::int64_t>{{1, 4}});
}

TEST_CASE("an empty delta and a single zero consolidate to nothing", "[delta]") {
  Arena arena;
  Delta delta;
  consolidate(delta);
  CHECK(delta.empty());
  delta.push_back({row_of(1, arena), 0});
  consolidate(delta);
  CHECK(delta.empty());
}

TEST_CASE("a delta of any size equals the sum by row", "[delta]") {
  std::mt19937 random(7);
  for (const std::size_t size : {3U, 8U, 9U, 100U, 5000U}) {
    Arena arena;
    Delta delta;
    std::map<std::int64_t, std::int64_t> expected;
    for (std::size_t at = 0; at < size; ++at) {
      const auto key = static_cast<std::int64_t>(random() % (size / 2 + 1));
      const std::int32_t weight = static_cast<std::int32_t>(random() % 5) - 2;
      delta.push_back({row_of(key, arena), weight});
      expected[key] += weight;
    }
    std::erase_if(expected, [](const auto& entry) { return entry.second == 0; });
    consolidate(delta);
    CHECK(weights_of(delta) == expected);
  }
}

TEST_CASE("a weight beyond 32 bits is a broken invariant", "[delta]") {
  Arena arena;
  const RowBytes row = row_of(1, arena);
  Delta delta{{row, std::numeric_limits<std::int32_t>::max()}, {row, 1}};
  CHECK_THROWS_AS(consolidate(delta), BrokenInvariant);
}

}  // namespace deltamill
