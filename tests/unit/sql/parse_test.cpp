// What the parser survives: size, depth, bytes of any kind.
#include "views/sql/parse.h"

#include <catch2/catch.hpp>
#include <random>

#include "tests/unit/sql/shop_catalog.h"

namespace deltamill {

namespace {

std::string repeated(const std::string& text, std::size_t count) {
  std::string result;
  for (std::size_t i = 0; i < count; ++i) result += text;
  return result;
}

}  // namespace

TEST_CASE("a long chain of operators is refused instead of overflowing a stack") {
  CHECK(first_error("SELECT 1" + repeated(" + 1", 30'000) + " AS a").find("unsupported_sql") !=
        std::string::npos);
  CHECK(first_error("SELECT " + repeated("(", 20'000) + "1" + repeated(")", 20'000) + " AS a")
            .find("syntax: memory exhausted") != std::string::npos);
}

TEST_CASE("a chain of some hundred operators and long lists are fine") {
  CHECK(described("SELECT id" + repeated(" + 1", 300) + " AS a FROM customers") == "a integer");
  CHECK(described("SELECT id FROM customers WHERE id IN (1" + repeated(", 2", 20'000) + ")") ==
        "id integer");
  CHECK(described("SELECT id FROM customers WHERE active" + repeated(" OR id = 3", 5'000)) ==
        "id integer");
}

TEST_CASE("a file above 128 KiB is refused") {
  CHECK(first_error("SELECT 1 AS a --" + std::string(std::size_t{128} << 10, 'x')) ==
        "1:1 syntax: the file is larger than 128 KiB");
}

TEST_CASE("positions count characters, also behind others") {
  CHECK(first_error("SELECT 'äöü€' AS a, nosuch FROM customers").find("1:21 unknown_column") == 0);
  CHECK(first_error("SELECT 'äöü€' AS a,, b").find("1:20 syntax") == 0);
  CHECK(first_error("/* ä\n */ SELECT\n  nosuch FROM customers").find("3:3 unknown_column") == 0);
}

TEST_CASE("zero bytes and broken UTF-8 are errors, not crashes") {
  CHECK(first_error(std::string("SELECT 1\0 AS a", 14)).find("1:9 syntax") == 0);
  CHECK(parse_file("SELECT '\xff\xfe' AS a").statements.size() <= 1);
}

TEST_CASE("no mutilated query crashes the binder") {
  const std::vector<std::string> queries = {
      "SELECT c.id, c.name, count(o.id) FILTER (WHERE o.total > 5) AS n, coalesce(sum(o.total), 0) "
      "FROM customers c LEFT JOIN orders o ON o.customer_id = c.id WHERE c.active GROUP BY c.id "
      "HAVING count(*) > 1",
      "WITH t(a, b) AS (SELECT id, CASE country WHEN 'DE' THEN 1 ELSE 2.5 END FROM customers) "
      "SELECT a, b::text, x.y FROM t NATURAL JOIN (VALUES (1, 'x'), (2, NULL)) AS x(a, y) "
      "UNION ALL SELECT 1, 'b', NULL",
      "SELECT DISTINCT d + interval '1 day' AS n, ts::date, extract(year FROM tz), m = 'ok', "
      "t LIKE 'a!%' ESCAPE '!', i4 BETWEEN SYMMETRIC 1 AND i8 FROM everything FULL JOIN nokey "
      "USING (id)",
  };
  std::mt19937 random(20240501);
  const auto below = [&](std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
  };
  const std::string pieces = "()*,.'\"; 10ab$-+:=<>";
  for (int round = 0; round < 1500; ++round) {
    std::string sql = queries[below(queries.size())];
    for (std::size_t change = below(3) + 1; change > 0; --change) {
      const std::size_t at = below(sql.size());
      switch (below(3)) {
        case 0: sql.erase(at, below(8) + 1); break;
        case 1: sql.insert(at, 1, pieces[below(pieces.size())]); break;
        default: sql.insert(at, sql.substr(below(sql.size()), below(20) + 1)); break;
      }
    }
    const BindResult result = bind_one(sql);
    INFO(sql);
    CHECK((result.views.size() == 1 || !result.diagnostics.empty()));
  }
}

}  // namespace deltamill
