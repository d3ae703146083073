// What a project's views are made of, judged before anything runs.
#include "service/deployment/deployment.h"

#include <catch2/catch.hpp>

namespace deltamill {

namespace {

// "views/v.sql:1:8 bad_name" for each problem of one view without tables.
std::vector<std::string> problems(const std::string& name, const std::string& text) {
  ProjectFiles project;
  ProjectView view;
  view.source = {
      .name = name, .file = "views/" + name + ".sql", .text = text, .declared_key = std::nullopt};
  project.views.push_back(view);
  Diagnostics diagnostics;
  (void)deploy(project, Catalog(), diagnostics);
  std::vector<std::string> result;
  for (const Diagnostic& one : diagnostics)
    if (one.severity == Severity::error)
      result.push_back(one.file + ":" + std::to_string(one.line) + ":" +
                       std::to_string(one.column) + " " + one.code);
  return result;
}

using Problems = std::vector<std::string>;

}  // namespace

TEST_CASE("a view that the store can keep has no problem") {
  CHECK(problems("v", "SELECT 1 AS a, 2 AS b").empty());
  CHECK(problems("sqlite", "SELECT 1 AS a").empty());
}

TEST_CASE("a view whose name SQLite takes for itself is refused") {
  CHECK(problems("sqlite_foo", "SELECT 1 AS a") == Problems{"views/sqlite_foo.sql:1:1 bad_name"});
}

TEST_CASE("columns that differ only in case are refused where the second one stands") {
  CHECK(problems("v", "SELECT 1 AS a,\n  2 AS \"A\"") == Problems{"views/v.sql:2:3 bad_name"});
  CHECK(problems("v", "/* x */ SELECT * FROM (SELECT 1 AS a, 2 AS \"A\") AS s") ==
        Problems{"views/v.sql:1:16 bad_name"});
  CHECK(problems("v", "SELECT 1 AS a, 2 AS \"A\" UNION ALL SELECT 3, 4") ==
        Problems{"views/v.sql:1:16 bad_name"});
}

TEST_CASE("columns that are called like those of the store are refused, each of them") {
  CHECK(problems("v", "SELECT 1 AS deltamill_key, 2 AS deltamill_count, 3 AS deltamill") ==
        Problems{"views/v.sql:1:8 bad_name", "views/v.sql:1:28 bad_name"});
}

TEST_CASE("a view without columns is refused") {
  CHECK(problems("v", "SELECT") == Problems{"views/v.sql:1:1 unsupported_sql"});
}

}  // namespace deltamill
