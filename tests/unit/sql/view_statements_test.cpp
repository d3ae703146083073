// CREATE [MATERIALIZED] VIEW with indexes and comments, and the text of its query.
#include <catch2/catch.hpp>

#include "tests/unit/sql/shop_catalog.h"

namespace deltamill {

namespace {

ViewBinding bound(const std::string& sql) {
  BindResult result = bind_one(sql);
  if (result.views.empty()) FAIL(to_text(result.diagnostics.front()));
  return result.views.front();
}

}  // namespace

TEST_CASE("form C declares options, key, indexes and descriptions") {
  const ViewBinding binding = bound(
      "CREATE MATERIALIZED VIEW shop.v WITH (deltamill.sinks = 'local,cache', deltamill.max_lag = "
      "'5s')\n"
      "AS SELECT id, name AS title, country FROM customers WITH DATA;\n"
      "CREATE UNIQUE INDEX ON v (id);\n"
      "CREATE INDEX by_title ON v (title, country DESC);\n"
      "COMMENT ON MATERIALIZED VIEW v IS 'All customers.';\n"
      "COMMENT ON COLUMN v.title IS 'Name in full.';\n");
  using Options = std::vector<std::pair<std::string, std::string>>;
  CHECK(binding.declarations.options ==
        Options{{"deltamill.sinks", "local,cache"}, {"deltamill.max_lag", "5s"}});
  CHECK(*binding.declarations.key == std::vector<std::string>{"id"});
  REQUIRE(binding.declarations.indexes.size() == 1);
  CHECK(binding.declarations.indexes[0] == std::vector<std::string>{"title", "country desc"});
  CHECK(binding.declarations.description == "All customers.");
  CHECK(binding.declarations.column_descriptions.at("title") == "Name in full.");
  CHECK(binding.select_text == "SELECT id, name AS title, country FROM customers");
}

TEST_CASE("the text of the query keeps its comments") {
  CHECK(bound("/* deltamill\nkey: [id] */\nSELECT id /* key */ FROM customers -- all\n;\n")
            .select_text ==
        "/* deltamill\nkey: [id] */\nSELECT id /* key */ FROM customers -- all");
  CHECK(bound("create view v as (select id as \"as\" from customers)").select_text ==
        "(select id as \"as\" from customers)");
}

TEST_CASE("a comment between two words of a keyword is only a comment") {
  CHECK(described("SELECT id FROM customers WHERE id NOT /* none of */ IN (1, 2)") == "id integer");
}

TEST_CASE("what does not belong into a view's file is refused") {
  CHECK(first_error("GRANT SELECT ON customers TO me") ==
        "1:1 unsupported_sql: this statement is not supported in a view's file");
  CHECK(first_error("SELECT 1 AS a; SELECT 2 AS a") ==
        "1:16 unsupported_sql: a file holds exactly one query");
  CHECK(first_error("CREATE VIEW w AS SELECT 1 AS a").find("1:1 bad_name:") == 0);
  CHECK(first_error("CREATE VIEW v AS SELECT 1 AS a; CREATE INDEX ON w (a)")
            .find("1:33 unknown_table:") == 0);
  CHECK(first_error("CREATE VIEW v AS SELECT 1 AS a; CREATE INDEX ON v (b)") ==
        "1:33 unknown_column: the view has no column \"b\"");
  CHECK(first_error("CREATE VIEW v AS SELECT 1 AS a; CREATE UNIQUE INDEX ON v (a); "
                    "CREATE UNIQUE INDEX ON v (a)")
            .find("1:63 key_conflict:") == 0);
  CHECK(first_error("CREATE VIEW v WITH (security_barrier) AS SELECT 1 AS a").find("unknown_key") !=
        std::string::npos);
  CHECK(first_error("CREATE TABLE v AS SELECT 1 AS a").find("unsupported_sql") !=
        std::string::npos);
  CHECK(first_error("") == "1:1 syntax: the file holds no query");
  CHECK(first_error("SELECT 1 AS a FORM x").find("1:15 syntax:") == 0);
}

TEST_CASE("a key given twice is an error") {
  const Catalog catalog = shop_catalog();
  const std::string sql =
      "CREATE VIEW v AS SELECT id FROM customers; CREATE UNIQUE INDEX ON v (id)";
  const BindResult result =
      bind_views({{"v", "v.sql", sql, std::vector<std::string>{"id"}}}, catalog);
  REQUIRE(result.diagnostics.size() == 1);
  CHECK(result.diagnostics[0].code == "key_conflict");
}

}  // namespace deltamill
