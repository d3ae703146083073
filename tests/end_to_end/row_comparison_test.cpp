// The comparison itself: it must see every difference, and only differences.
#include "tests/support/row_comparison.h"

#include <catch2/catch.hpp>

namespace deltamill {

TEST_CASE("rows are compared as multisets, byte for byte") {
  CHECK(difference_of({R"({"a":1})", R"({"a":2})"}, {R"({"a":2})", R"({"a":1})"}) == "");
  CHECK(difference_of({R"({"a":1})"}, {R"({"a":1})", R"({"a":1})"}) == "source {\"a\":1}\n");
  CHECK(difference_of({R"({"a":1.0})"}, {R"({"a":1.00})"}) != "");
  CHECK(difference_of({R"({"a":"x"})"}, {R"({"a":"x "})"}) != "");
}

TEST_CASE("columns compared by value: equal values that print differently are the same") {
  const ColumnsByValue a = {"a"};
  CHECK(difference_of({R"({"a":1.0,"b":2.0})"}, {R"({"a":1.00,"b":2.0})"}, a) == "");
  CHECK(difference_of({R"({"a":1.0,"b":2.0})"}, {R"({"a":1.0,"b":2.00})"}, a) != "");
  CHECK(difference_of({R"({"a":1.0})"}, {R"({"a":1.01})"}, a) != "");
  CHECK(difference_of({R"({"a":-0})"}, {R"({"a":0})"}, a) == "");
  CHECK(difference_of({R"({"a":"1 mon"})"}, {R"({"a":"30 days"})"}, a) == "");
  CHECK(difference_of({R"({"a":"1 mon"})"}, {R"({"a":"31 days"})"}, a) != "");
  CHECK(difference_of({R"({"a":{"x": [1.0, "1.0"]}})"}, {R"({"a":{"x": [1.00, "1.0"]}})"}, a) ==
        "");
  CHECK(difference_of({R"({"a":{"x": [1.0, "1.0"]}})"}, {R"({"a":{"x": [1.0, "1.00"]}})"}, a) !=
        "");
}

}  // namespace deltamill
