// The table of aggregates, and what all accumulators do alike: NULLs, weights, DISTINCT.
#include "views/functions/aggregate.h"

#include <catch2/catch.hpp>
#include <set>

#include "views/data/check.h"
#include "views/functions/aggregates/count.h"

namespace deltamill {

namespace {

const Type int4_type{TypeKind::int4, -1, nullptr, {}};
const Type int8_type{TypeKind::int8, -1, nullptr, {}};

// count(x) that counts NULLs, as array_agg does.
AggregateFunction counting_nulls() {
  AggregateFunction function = *find_aggregate("count", std::array{TypeKind::int4});
  function.rules.counts_nulls = true;
  return function;
}

struct Row {
  std::optional<int> argument;
  std::int32_t weight = 1;
};

// The result of a count over rows of one group, each added by a call of its own.
std::int64_t count(const AggregateFunction& function, bool distinct, const std::vector<Row>& rows) {
  const std::unique_ptr<Accumulator> accumulator =
      make_accumulator(function, {{int4_type}, int8_type}, distinct);
  accumulator->resize(1);
  for (const Row& row : rows) {
    const Value value = row.argument ? Value::of_integer(*row.argument) : Value::null();
    const std::span<const Value> values(&value, 1);
    const GroupNumber group = 0;
    accumulator->add({std::span(&values, 1), std::span(&group, 1), std::span(&row.weight, 1)});
  }
  Arena arena;
  AccumulatorResult result;
  const GroupNumber group = 0;
  accumulator->results(std::span(&group, 1), arena, std::span(&result, 1));
  return result.value.integer;
}

TEST_CASE("an aggregate is found by its name and the kinds of its arguments") {
  const AggregateFunction* const sum = find_aggregate("sum", std::array{TypeKind::int8});
  REQUIRE(sum != nullptr);
  CHECK(sum->result == TypeKind::numeric);
  CHECK(find_aggregate("sum", std::array{TypeKind::text}) == nullptr);
  CHECK(find_aggregate("sum", {}) == nullptr);
  CHECK(find_aggregate("count", {})->arguments.empty());
  CHECK(find_aggregate("count", std::array{TypeKind::jsonb})->arguments.size() == 1);
  CHECK(is_aggregate("every"));
  CHECK_FALSE(is_aggregate("abs"));
}

TEST_CASE("no two aggregates of one name take the same arguments") {
  std::set<std::pair<std::string_view, std::vector<TypeKind>>> rows;
  for (const AggregateFunction& function : all_aggregates())
    CHECK(rows.emplace(function.name, function.arguments).second);
}

TEST_CASE("NULL counts only where the function says so") {
  const std::vector<Row> rows{{1}, {std::nullopt}, {1}, {std::nullopt}};
  CHECK(count(*find_aggregate("count", std::array{TypeKind::int4}), false, rows) == 2);
  CHECK(count(counting_nulls(), false, rows) == 4);
}

TEST_CASE("NULLs are one distinct value where they count") {
  const std::vector<Row> rows{{1}, {std::nullopt}, {1}, {std::nullopt}};
  CHECK(count(*find_aggregate("count", std::array{TypeKind::int4}), true, rows) == 1);
  CHECK(count(counting_nulls(), true, rows) == 2);
  CHECK(count(counting_nulls(), true, {{std::nullopt}, {std::nullopt, -1}}) == 0);
}

TEST_CASE("a row of weight 0 is left out") {
  CHECK(count(counting_nulls(), false, {{1}, {2, 0}, {std::nullopt, 0}}) == 1);
  CHECK(count(counting_nulls(), true, {{1}, {2, 0}, {std::nullopt, 0}}) == 1);
}

}  // namespace
}  // namespace deltamill
