// The header comment of a view's file.
#include "service/configuration/view_header.h"

#include <catch2/catch.hpp>

namespace deltamill {

namespace {

struct Loaded {
  ViewHeader header;
  Diagnostics diagnostics;

  [[nodiscard]] std::vector<std::string> problems() const {
    std::vector<std::string> result;
    for (const Diagnostic& one : diagnostics)
      result.push_back(std::to_string(one.line) + ":" + std::to_string(one.column) + " " +
                       one.code);
    return result;
  }
};

Loaded load(const std::string& text) {
  Loaded loaded;
  loaded.header = read_header("views/v.sql", text, Settings(), loaded.diagnostics);
  return loaded;
}

using Problems = std::vector<std::string>;

}  // namespace

TEST_CASE("a file without a header has none") {
  const Loaded loaded = load("SELECT 1 /* deltamill is not a header here */");
  CHECK(loaded.problems().empty());
  CHECK_FALSE(loaded.header.key);
  CHECK_FALSE(loaded.header.sinks);
}

TEST_CASE("a header says what a view is") {
  const Loaded loaded = load(
      "/* deltamill\n"
      "description: Orders.\n"
      "key: [id, line]\n"
      "sinks:\n"
      "  - local: { index: [[region, \"balance desc\"], [name]] }\n"
      "max_lag: 2s\n"
      "required: false\n"
      "serve: { columns: [id, name] }\n"
      "columns: { id: The number. }\n"
      "*/\nSELECT 1");
  CHECK(loaded.problems().empty());
  CHECK(loaded.header.description == "Orders.");
  CHECK(loaded.header.key == std::vector<std::string>{"id", "line"});
  REQUIRE(loaded.header.sinks);
  REQUIRE(loaded.header.sinks->size() == 1);
  CHECK(loaded.header.sinks->front().name == "local");
  REQUIRE(loaded.header.sinks->front().indexes.size() == 2);
  CHECK(loaded.header.sinks->front().indexes[0][1] == "balance desc");
  CHECK(loaded.header.max_lag->count() == 2000);
  CHECK(loaded.header.required == false);
  CHECK(loaded.header.serve == ServeMode::always);
  CHECK(loaded.header.served_columns == std::vector<std::string>{"id", "name"});
  CHECK(loaded.header.column_descriptions.at("id") == "The number.");
}

TEST_CASE("errors of a header stand at their lines of the file") {
  CHECK(load("/* deltamill\nky: [id]\nmax_lag: 5\n*/ SELECT 1").problems() ==
        Problems{"2:1 unknown_key", "3:10 bad_value"});
  CHECK(load("/* deltamill key: id */ SELECT 1").problems() == Problems{"1:19 bad_value"});
  CHECK(load("\n\n/* deltamill\nkey: [a]\nkey: [b]\n*/ SELECT 1").problems() ==
        Problems{"5:1 duplicate_key"});
}

TEST_CASE("a sink that does not exist is refused") {
  CHECK(load("/* deltamill\nsinks: [cache]\n*/ SELECT 1").problems() == Problems{"2:9 bad_value"});
  CHECK(load("/* deltamill\nsinks: []\n*/ SELECT 1").problems() == Problems{"2:8 bad_value"});
  CHECK(load("/* deltamill\nsinks: [local]\n*/ SELECT 1").problems().empty());
}

TEST_CASE("what is named twice, empty or of another type is refused") {
  CHECK(load("/* deltamill\nsinks: [local, local]\n*/ SELECT 1").problems() ==
        Problems{"2:16 duplicate_key"});
  CHECK(load("/* deltamill\nserve: { columns: [] }\n*/ SELECT 1").problems() ==
        Problems{"2:19 bad_value"});
  CHECK(load("/* deltamill\nrequired: \"true\"\n*/ SELECT 1").problems() ==
        Problems{"2:11 bad_value"});
  CHECK(load("/* deltamill\nserve: 'false'\n*/ SELECT 1").problems() == Problems{"2:8 bad_value"});
  CHECK(load("/* deltamill\nsinks: [{ local: { index: [[[a]]] } }]\n*/ SELECT 1").problems() ==
        Problems{"2:27 bad_value"});
  CHECK(load("/* deltamill\ncolumns: { id: [x] }\n*/ SELECT 1").problems() ==
        Problems{"2:16 bad_value"});
}

TEST_CASE("columns are remembered with their places in the file") {
  const Loaded loaded = load(
      "/* deltamill\ncolumns: { id: x }\nserve: { columns: [a] }\n"
      "sinks:\n  - local: { index: [[\"b desc\"]] }\n*/ SELECT 1");
  const auto place = [&](const char* name) {
    const Diagnostic& at = loaded.header.places.at(name);
    return at.file + ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
  };
  CHECK(place("columns") == "views/v.sql:2:1");
  CHECK(place("columns.id") == "views/v.sql:2:12");
  CHECK(place("serve.columns.a") == "views/v.sql:3:20");
  CHECK(place("index.b desc") == "views/v.sql:5:23");
}

TEST_CASE("search and policies are refused by name") {
  CHECK(load("/* deltamill\nsinks: [{ local: { search: { columns: [a] } } }]\n*/")
            .problems()
            .size() == 1);
  CHECK(load("/* deltamill\nserve: { policy: 'true' }\n*/").problems().size() == 1);
}

TEST_CASE("a header behind something else is an error, not a comment") {
  CHECK(load("-- orders\n/* deltamill\nkey: [id]\n*/\nSELECT 1").problems() ==
        Problems{"2:1 syntax"});
}

}  // namespace deltamill
