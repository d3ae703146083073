// Rows in error come, go and count.
#include "service/pipeline/error_list.h"

#include <catch2/catch.hpp>

namespace deltamill {

namespace {

ErrorDelta error(const std::string& key, std::int32_t weight) {
  return {"project", "division by zero", key, weight};
}

}  // namespace

TEST_CASE("a row in error is listed until it is gone") {
  ErrorLists lists(2);
  lists.apply(1, {error("{\"id\":1}", 1), error("{\"id\":2}", 1)});
  CHECK(lists.rows(0, 10).empty());
  CHECK(lists.rows(1, 10).size() == 2);
  lists.apply(1, {error("{\"id\":1}", -1)});
  REQUIRE(lists.rows(1, 10).size() == 1);
  CHECK(lists.rows(1, 10)[0].key == "{\"id\":2}");
  CHECK(lists.rows(1, 10)[0].message == "division by zero");
  CHECK(lists.rows(1, 10)[0].operator_name == "project");
}

TEST_CASE("equal rows in error are listed once and count with their multiplicity") {
  ErrorLists lists(1);
  const std::vector<ErrorDelta> deltas = {error("{\"id\":1}", 1), error("{\"id\":1}", 2)};
  CHECK(total_weight(deltas) == 3);
  lists.apply(0, deltas);
  CHECK(lists.rows(0, 10).size() == 1);
}

TEST_CASE("a list is read up to its limit and can be cleared") {
  ErrorLists lists(1);
  for (int id = 0; id < 5; ++id) lists.apply(0, {error(std::to_string(id), 1)});
  CHECK(lists.rows(0, 3).size() == 3);
  lists.clear(0);
  CHECK(lists.rows(0, 3).empty());
}

}  // namespace deltamill
