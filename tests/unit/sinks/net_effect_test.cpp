// What a delta does to each key.
#include "sinks/net_effect.h"

#include <catch2/catch.hpp>

#include "tests/unit/sinks/sink_fixture.h"

namespace deltamill {

namespace {

const Columns columns{column("id", TypeKind::int4), column("name", TypeKind::text)};
const KeyColumns key{0};

std::string name_of(RowBytes row) {
  return row == nullptr ? "" : std::string(row_value(RowLayout(columns), row, 1).text());
}

// "-old +new" per key, "*" for what is not simple.
std::vector<std::string> effects_of(const std::vector<SignedRow>& rows) {
  RowMaker maker(columns);
  NetEffect net_effect(columns, key);
  std::vector<std::string> effects;
  const Delta delta = maker.delta(rows);
  for (const KeyEffect& effect : net_effect.of(delta))
    effects.push_back(effect.simple() ? "-" + name_of(effect.removed) + " +" + name_of(effect.added)
                                      : "*" + std::to_string(effect.all.size()));
  return effects;
}

}  // namespace

TEST_CASE("effects come in key order, an update as one") {
  CHECK(effects_of({{1, {"3", "c"}}, {-1, {"1", "a"}}, {1, {"2", "new"}}, {-1, {"2", "old"}}}) ==
        std::vector<std::string>{"-a +", "-old +new", "- +c"});
}

TEST_CASE("a row that ends as it began has no effect") {
  CHECK(effects_of({{-1, {"1", "a"}}, {1, {"1", "a"}}}).empty());
}

TEST_CASE("more than one row of a key is not simple") {
  CHECK(effects_of({{1, {"1", "a"}}, {1, {"1", "b"}}}) == std::vector<std::string>{"*2"});
  CHECK(effects_of({{2, {"1", "a"}}}) == std::vector<std::string>{"*1"});
}

TEST_CASE("long keys that share their beginning are told apart") {
  const Columns texts{column("id", TypeKind::text)};
  const KeyColumns text_key{0};
  RowMaker maker(texts);
  NetEffect net_effect(texts, text_key);
  const Delta delta =
      maker.delta({{1, {"aaaaaaaaaaaaaaaaaaaaaa2"}}, {1, {"aaaaaaaaaaaaaaaaaaaaaa1"}}});
  REQUIRE(net_effect.of(delta).size() == 2);
  CHECK(net_effect.of(delta)[0].added == delta[1].row);
}

}  // namespace deltamill
