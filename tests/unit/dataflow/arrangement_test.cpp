// The containers below the operators, against std::multimap and plain rows.
#include "views/dataflow/arrangement.h"

#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <set>

#include "views/data/check.h"

namespace deltamill {

namespace {

const Columns columns = {{"id", {TypeKind::int8, -1, nullptr, {}}, false},
                         {"owner", {TypeKind::int4, -1, nullptr, {}}, true},
                         {"body", {TypeKind::text, -1, nullptr, {}}, true}};

class Rows {
 public:
  RowBytes row(std::int64_t id, std::optional<std::int64_t> owner, std::string_view body) {
    const std::array<Value, 3> values = {Value::of_integer(id),
                                         owner ? Value::of_integer(*owner) : Value::null(),
                                         Value::of_bytes(body)};
    return pack_row(layout_, values, arena_);
  }
  [[nodiscard]] const RowLayout& layout() const { return layout_; }

 private:
  Arena arena_;
  RowLayout layout_{columns};
};

std::multiset<std::int64_t> ids_of(const Arrangement& arrangement, const Rows& rows,
                                   std::size_t index, std::int64_t key) {
  const std::array<Value, 1> values = {Value::of_integer(key)};
  std::multiset<std::int64_t> ids;
  const Bucket bucket =
      arrangement.find(index, arrangement.key(index).hash(std::span<const Value>(values)), values);
  if (bucket == 0) return ids;
  for_each_handle(bucket, [&](RowHandle handle) {
    for (std::int32_t weight = arrangement.weight(handle); weight > 0; --weight)
      ids.insert(row_value(rows.layout(), arrangement.row(handle), 0).integer);
  });
  return ids;
}

TEST_CASE("indexes of an arrangement follow inserts, updates and deletes") {
  RowStore store;
  Rows rows;
  Arrangement arrangement(store, columns, rows.layout(), KeyColumns{0});
  const std::size_t by_owner = arrangement.index_on({1});
  std::mt19937 random(3);
  std::map<std::int64_t, RowBytes> expected;
  for (int step = 0; step < 200; ++step) {
    Delta delta;
    std::set<std::int64_t> touched;
    for (int change = 0; change < 50; ++change) {
      const std::int64_t id = random() % 1000;
      if (!touched.insert(id).second) continue;
      const auto place = expected.find(id);
      if (place != expected.end()) delta.push_back({place->second, -1});
      if (place != expected.end() && random() % 4 == 0) {
        expected.erase(place);
        continue;
      }
      // A third of the rows has owner 0: a bucket long enough for its map of positions.
      const std::int64_t owner = random() % 3 == 0 ? 0 : random() % 20;
      const RowBytes row = rows.row(id, owner, std::string(random() % 40, 'x'));
      expected[id] = row;
      delta.push_back({row, 1});
    }
    arrangement.apply(delta, {});
  }
  REQUIRE(arrangement.size() == expected.size());
  for (std::int64_t owner = 0; owner < 20; ++owner) {
    std::multiset<std::int64_t> ids;
    for (const auto& [id, row] : expected)
      if (row_value(rows.layout(), row, 1).integer == owner) ids.insert(id);
    REQUIRE(ids_of(arrangement, rows, by_owner, owner) == ids);
  }
  for (const auto& [id, row] : expected)
    REQUIRE(ids_of(arrangement, rows, Arrangement::primary, id).size() == 1);
}

TEST_CASE("an arrangement that lost all its rows takes new ones in their place") {
  RowStore store;
  Rows rows;
  Arrangement arrangement(store, columns, rows.layout(), std::nullopt);
  (void)arrangement.index_on({1});
  Delta added;
  Delta removed;
  for (std::int64_t id = 0; id < 5000; ++id) {
    added.push_back({rows.row(id, id % 7, "body"), 2});
    removed.push_back({added.back().row, -2});
  }
  arrangement.apply(added, {});
  const std::size_t memory = store.memory_bytes();
  for (int round = 0; round < 5; ++round) {
    arrangement.apply(removed, {});
    CHECK(arrangement.size() == 0);
    arrangement.apply(added, {});
  }
  CHECK(store.memory_bytes() == memory);
  CHECK(ids_of(arrangement, rows, 1, 3).size() == 2 * 714);
}

TEST_CASE("rows with a NULL in the key are not in an index") {
  RowStore store;
  Rows rows;
  Arrangement arrangement(store, columns, rows.layout(), KeyColumns{0});
  const std::size_t by_owner = arrangement.index_on({1});
  const RowBytes row = rows.row(1, std::nullopt, "body");
  arrangement.apply({{row, 1}}, {});
  CHECK(arrangement.entries(by_owner).size() == 0);
  arrangement.apply({{row, -1}}, {});
  CHECK(arrangement.size() == 0);
}

TEST_CASE("an arrangement refuses what contradicts its rows") {
  RowStore store;
  Rows rows;
  Arrangement unique(store, columns, rows.layout(), KeyColumns{0});
  Arrangement multiset(store, columns, rows.layout(), std::nullopt);
  const RowBytes row = rows.row(1, 1, "a");
  CHECK_THROWS_AS(unique.apply({{row, -1}}, {}), BrokenInvariant);
  unique.apply({{row, 1}}, {});
  CHECK_THROWS_AS(unique.apply({{rows.row(1, 2, "b"), 1}}, {}), BrokenInvariant);
  CHECK_THROWS_AS(multiset.apply({{row, -1}}, {}), BrokenInvariant);
  multiset.apply({{row, 2}}, {});
  CHECK_THROWS_AS(multiset.apply({{row, -3}}, {}), BrokenInvariant);
}

TEST_CASE("rows of any size are kept and their memory is used again") {
  RowStore store;
  Rows rows;
  Arrangement arrangement(store, columns, rows.layout(), KeyColumns{0});
  for (const std::size_t size : {std::size_t{1}, std::size_t{1000}, std::size_t{300'000},
                                 std::size_t{2'097'100}, std::size_t{5'000'000}}) {
    const RowBytes row = rows.row(1, 1, std::string(size, 'x'));
    const RowBytes changed = rows.row(1, 1, std::string(size, 'y'));
    arrangement.apply({{row, 1}}, {});
    const std::size_t memory = store.memory_bytes();
    arrangement.apply({{row, -1}, {changed, 1}}, {});
    arrangement.for_each(
        [&](RowHandle handle) { CHECK(rows_identical(arrangement.row(handle), changed)); });
    arrangement.apply({{changed, -1}}, {});
    CHECK(store.memory_bytes() <= memory);
  }
}

}  // namespace
}  // namespace deltamill
