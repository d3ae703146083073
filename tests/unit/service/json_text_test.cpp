// JSON that is passed on as it was written.
#include "service/cli/json_text.h"

#include <catch2/catch.hpp>

namespace deltamill {

TEST_CASE("a member is found at its own level, with all its digits") {
  const std::string json =
      R"({"a":"x\"}","inner":{"result":1},"result":{"n":1.10,"big":[1e400,{}]},"z":null})";
  CHECK(member_text(json, "result") == R"({"n":1.10,"big":[1e400,{}]})");
  CHECK(member_text(json, "a") == R"("x\"}")");
  CHECK(member_text(json, "z") == "null");
  CHECK(member_text(json, "n").empty());
  CHECK(member_text("{}", "n").empty());
}

TEST_CASE("an array falls into its elements") {
  CHECK(element_texts("[]").empty());
  CHECK(element_texts(R"([1.50 , "a,]", {"b":[1,2]},[],-2e3])") ==
        std::vector<std::string_view>{"1.50", R"("a,]")", R"({"b":[1,2]})", "[]", "-2e3"});
}

TEST_CASE("a member can be blanked out") {
  CHECK(with_null(R"({"a":1,"result":{"n":1e400},"b":2})", "result") ==
        R"({"a":1,"result":null,"b":2})");
  CHECK(with_null(R"({"a":1})", "result") == R"({"a":1})");
}

}  // namespace deltamill
