// The table of functions: no two alike, looked up by name and types.
#include "views/functions/function.h"

#include <catch2/catch.hpp>
#include <set>

namespace deltamill {

TEST_CASE("no two functions have the same name and arguments") {
  std::set<std::string> seen;
  for (const Function& function : all_functions()) {
    const bool cast = function.name.empty();
    std::string key(function.name);
    key += '/';
    for (const TypeKind kind : function.arguments)
      key += static_cast<char>('A' + static_cast<int>(kind));
    if (cast) key += static_cast<char>('a' + static_cast<int>(function.result));
    INFO(function.name);
    CHECK(seen.insert(key).second);
  }
}

TEST_CASE("every function has code and a result") {
  for (const Function& function : all_functions()) {
    INFO(function.name);
    CHECK(function.call != nullptr);
    CHECK(function.result != TypeKind::unknown);
    CHECK(function.result != TypeKind::unsupported);
  }
}

TEST_CASE("operators are found by their exact kinds") {
  const Function* const mixed = find_operator("+", TypeKind::int4, TypeKind::int8);
  REQUIRE(mixed != nullptr);
  CHECK(mixed->result == TypeKind::int8);
  CHECK(find_operator("+", TypeKind::int4, TypeKind::numeric) == nullptr);
  const Function* const prefix = find_operator("-", TypeKind::unknown, TypeKind::int4);
  REQUIRE(prefix != nullptr);
  CHECK(prefix->arguments.size() == 1);
}

TEST_CASE("every comparison has its negation and its mirror image") {
  for (const Function& function : all_functions()) {
    if (function.kind != FunctionKind::operation || function.name != "=") continue;
    const TypeKind left = function.arguments[0];
    const TypeKind right = function.arguments[1];
    for (const std::string_view symbol : {"<>", "<", "<=", ">", ">="}) {
      CHECK(find_operator(symbol, left, right) != nullptr);
      CHECK(find_operator(symbol, right, left) != nullptr);
    }
  }
}

}  // namespace deltamill
