// tests/plans: SQL in, explain out. tests/results: SQL in, key and nullable columns out.
// tests/refusals: SQL in, diagnostics out.
#include <catch2/catch.hpp>

#include "tests/unit/sql/golden_file.h"
#include "tests/unit/sql/shop_catalog.h"
#include "views/dataflow/graph.h"

namespace deltamill {

namespace {

std::string diagnostics_text(const BindResult& result) {
  std::string text;
  for (const Diagnostic& diagnostic : result.diagnostics) text += to_text(diagnostic);
  return text;
}

// What `deltamill explain` prints of the first view; empty without one.
std::string explained(const BindResult& result) {
  std::vector<BoundView> views;
  for (const auto& view : result.views) views.push_back(view.view);
  return views.empty() ? "" : Graph(views).explain(views.front().name);
}

// The columns that may be NULL, in order.
std::string nullable_columns(const Columns& columns) {
  std::string text;
  for (const Column& column : columns)
    if (column.nullable) text += " " + column.name;
  return text.empty() ? " none" : text;
}

}  // namespace

TEST_CASE("plans are explained as the files in tests/plans say") {
  check_golden_files("plans", [](const std::string& sql) {
    const BindResult result = bind_one(sql);
    return explained(result) + diagnostics_text(result);
  });
}

TEST_CASE("results have the keys and nullable columns that the files in tests/results say") {
  check_golden_files("results", [](const std::string& sql) {
    const BindResult result = bind_one(sql);
    if (result.views.empty()) return diagnostics_text(result);
    return "key " + key_of(sql) + "\nnullable" +
           nullable_columns(result.views.front().view.plan->columns) + "\n";
  });
}

TEST_CASE("queries are refused as the files in tests/refusals say") {
  check_golden_files("refusals", [](const std::string& sql) {
    const BindResult result = bind_one(sql);
    return (result.views.empty() ? "" : "accepted\n") + diagnostics_text(result);
  });
}

// described_by_postgresql.txt holds what PostgreSQL 15 says of each query (psql \gdesc).
TEST_CASE("columns have the names and types that PostgreSQL describes") {
  const std::string path =
      std::string(DELTAMILL_TESTS_DIRECTORY) + "/unit/sql/described_by_postgresql.txt";
  const std::vector<GoldenCase> cases = read_golden_file(path);
  REQUIRE(cases.size() > 300);
  for (const GoldenCase& golden : cases) {
    INFO(golden.input);
    CHECK(described(golden.input) + "\n" == golden.expected);
  }
}

}  // namespace deltamill
