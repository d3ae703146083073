// ${VARIABLES} inside scalars, and the variables that replace settings.
#include "service/configuration/environment.h"

#include <catch2/catch.hpp>

namespace deltamill {

namespace {

// The scalar after expansion; the code of the error if there is one.
std::string expanded(const std::string& text, const EnvironmentMap& environment) {
  Diagnostics diagnostics;
  YamlSource source("x.yaml", "a: '" + text + "'", diagnostics);
  std::optional<YamlNode> root = source.parse();
  expand_variables(*root, environment, source);
  return diagnostics.empty() ? root->find("a")->text : diagnostics[0].code;
}

}  // namespace

TEST_CASE("a reference is replaced by the variable's value") {
  CHECK(expanded("${A}", {{"A", "x"}}) == "x");
  CHECK(expanded("-${A}${B}-", {{"A", "x"}, {"B", "y"}}) == "-xy-");
}

TEST_CASE("a default stands in for an unset or empty variable") {
  CHECK(expanded("${A:-x}", {}) == "x");
  CHECK(expanded("${A:-x}", {{"A", ""}}) == "x");
  CHECK(expanded("${A:-}", {}).empty());
  CHECK(expanded("${A:-x}", {{"A", "y"}}) == "y");
}

TEST_CASE("an unset variable without default is an error") {
  CHECK(expanded("${A}", {}) == "unset_variable");
  CHECK(expanded("${A}", {{"A", ""}}).empty());
}

TEST_CASE("two dollar signs are one, a lone one stays") {
  CHECK(expanded("$${A}", {{"A", "x"}}) == "${A}");
  CHECK(expanded("5$ $x", {}) == "5$ $x");
}

TEST_CASE("a value is not expanded again and cannot bring YAML with it") {
  CHECK(expanded("${A}", {{"A", "${B}"}, {"B", "x"}}) == "${B}");
  CHECK(expanded("${A}", {{"A", "[1, 2]"}}) == "[1, 2]");
}

TEST_CASE("a reference without end is an error") {
  CHECK(expanded("${A", {{"A", "x"}}) == "bad_value");
}

TEST_CASE("a variable's name gives the path of its setting") {
  const std::vector<Override> overrides =
      overrides_of({{"DELTAMILL_SOURCE__URL", "x"}, {"DELTAMILL_MEMORY_LIMIT", "1GiB"}});
  REQUIRE(overrides.size() == 2);
  CHECK(overrides[0].path == "memory_limit");
  CHECK(overrides[1].path == "source.url");
  CHECK(variable_of("source.snapshot_workers") == "DELTAMILL_SOURCE__SNAPSHOT_WORKERS");
}

TEST_CASE("variables of the command line are no settings") {
  CHECK(overrides_of({{"DELTAMILL_DIR", "x"},
                      {"DELTAMILL_ADMIN", "x"},
                      {"DELTAMILL_ADMIN_TOKEN", "x"},
                      {"PATH", "x"}})
            .empty());
}

}  // namespace deltamill
