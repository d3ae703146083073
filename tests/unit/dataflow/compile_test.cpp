// Plans -> flows: a plan over collections that are there already.
#include "views/dataflow/compile.h"

#include <catch2/catch.hpp>

#include "tests/unit/dataflow/shop.h"

namespace deltamill {

namespace {

const Columns pair_columns{{"a", Type{TypeKind::int4, -1, nullptr, {}}, false},
                           {"b", Type{TypeKind::int4, -1, nullptr, {}}, false}};

// A flow with one collection that the test fills.
struct Pairs {
  Flow flow;
  Collection* pairs = nullptr;

  Pairs() {
    flow.collections.push_back(std::make_unique<Collection>(
        0U, Collection::Shape{CollectionKind::inner, "pairs", pair_columns, std::nullopt},
        flow.batch));
    pairs = flow.collections.front().get();
  }

  [[nodiscard]] Collection& compile_over_pairs(const PlanPtr& plan) {
    return compile(plan, {{"pairs", pairs}}, flow);
  }

  void change(int a, int b, std::int32_t weight) {
    const std::array values{Value::of_integer(a), Value::of_integer(b)};
    pairs->receive_row(pack_row(pairs->layout(), values, flow.batch.arena), weight);
  }

  // Runs a batch; the delta of the collection as "+1 (1, 2)" lines.
  [[nodiscard]] std::string step(const Collection& result) {
    for (const std::unique_ptr<Collection>& collection : flow.collections) collection->step();
    std::string text;
    for (const DeltaRow& row : result.delta()) {
      text += (row.weight > 0 ? "+" : "") + std::to_string(row.weight) + " (";
      for (std::uint32_t column = 0; column < result.columns().size(); ++column)
        text += (column > 0 ? ", " : "") +
                std::to_string(row_value(result.layout(), row.row, column).integer);
      text += ")\n";
    }
    for (const std::unique_ptr<Collection>& collection : flow.collections)
      collection->clear_delta();
    flow.batch.reset();
    return text;
  }
};

PlanPtr scan_pairs() {
  return make_plan(pair_columns, ViewScan{"pairs"});
}

// Pairs (a, c) with (a, b) and (b, c) among the pairs.
PlanPtr two_steps() {
  const Type& type = pair_columns[0].type;
  const PlanPtr joined = join(JoinKind::inner, scan_pairs(), scan_pairs(),
                              make_call(*find_operator("=", TypeKind::int4, TypeKind::int4),
                                        Type{TypeKind::boolean, -1, nullptr, {}},
                                        {make_column(type, 0, 1), make_column(type, 1, 0)}));
  return project(joined, {make_column(type, 0, 0), make_column(type, 0, 3)});
}

TEST_CASE("a plan is compiled over collections that are given") {
  Pairs pairs;
  const Collection& result = pairs.compile_over_pairs(two_steps());
  pairs.change(1, 2, 1);
  CHECK(pairs.step(result) == "");
  pairs.change(2, 3, 1);
  CHECK(pairs.step(result) == "+1 (1, 3)\n");
  pairs.change(1, 2, -1);
  CHECK(pairs.step(result) == "-1 (1, 3)\n");
}

TEST_CASE("a plan that is a given collection is that collection") {
  Pairs pairs;
  CHECK(&pairs.compile_over_pairs(scan_pairs()) == pairs.pairs);
}

TEST_CASE("every producer names the collections that it reads") {
  Pairs pairs;
  const Collection& result = pairs.compile_over_pairs(two_steps());
  REQUIRE(result.producers().size() == 1);
  const std::vector<const Collection*> leaves = result.producers().front()->inputs();
  REQUIRE(leaves.size() == 2);
  CHECK(leaves[0] == pairs.pairs);
  // The second occurrence is a collection of its own, made from the first.
  REQUIRE(leaves[1]->producers().size() == 1);
  CHECK(leaves[1]->producers().front()->inputs() == std::vector<const Collection*>{pairs.pairs});
}

}  // namespace
}  // namespace deltamill
