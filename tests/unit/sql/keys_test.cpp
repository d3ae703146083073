// Key inference: what identifies a row of a view.
#include <catch2/catch.hpp>

#include "tests/unit/sql/shop_catalog.h"

namespace deltamill {

TEST_CASE("the primary key of the only table is the key") {
  CHECK(key_of("SELECT name, id FROM customers") == "(id)");
  CHECK(key_of("SELECT * FROM lines WHERE qty > 1") == "(order_id, line_no)");
}

TEST_CASE("a table without a key gives none") {
  CHECK(key_of("SELECT * FROM nokey") == "none");
}

TEST_CASE("without all key columns in the output there is no key") {
  CHECK(key_of("SELECT order_id, qty FROM lines") == "none");
  CHECK(key_of("SELECT id + 1 AS next FROM customers") == "none");
}

TEST_CASE("of several keys the shortest, then the leftmost is taken") {
  CHECK(key_of("SELECT email, id FROM users") == "(email)");
  CHECK(key_of("SELECT id, email FROM users") == "(id)");
  CHECK(key_of("SELECT order_id, line_no, u.email FROM lines, users u") ==
        "(order_id, line_no, email)");
}

TEST_CASE("an equality join to a unique key adds nothing") {
  CHECK(key_of("SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id") ==
        "(id)");
  CHECK(key_of("SELECT o.id, c.name FROM orders o, customers c WHERE c.id = o.customer_id") ==
        "(id)");
  CHECK(key_of("SELECT o.id, c.name FROM orders o LEFT JOIN customers c ON c.id = o.customer_id "
               "AND c.active") == "(id)");
  CHECK(
      key_of("SELECT o.id, c.name FROM customers c RIGHT JOIN orders o ON c.id = o.customer_id") ==
      "(id)");
}

TEST_CASE("a unique key may be equated with an expression over the other side") {
  CHECK(key_of("SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id + 1") ==
        "(id)");
  CHECK(key_of("SELECT o.id, c.name FROM orders o LEFT JOIN customers c "
               "ON coalesce(o.customer_id, 0) = c.id") == "(id)");
  CHECK(key_of("SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.id - c.id") ==
        "none");
  // Equal numerics may be of several forms, and scale() tells them apart.
  CHECK(key_of("SELECT o.id, c.name FROM (SELECT DISTINCT total AS id FROM orders) o "
               "JOIN customers c ON c.id = scale(o.id)") == "none");
}

TEST_CASE("a join that multiplies rows needs the keys of both tables") {
  CHECK(key_of("SELECT o.id, c.id AS customer FROM orders o, customers c") == "(id, customer)");
  CHECK(key_of("SELECT o.id FROM orders o, customers c") == "none");
  CHECK(key_of("SELECT o.id, l.line_no FROM orders o JOIN lines l ON l.order_id = o.id") ==
        "(id, line_no)");
  CHECK(key_of("SELECT o.id, l.line_no FROM orders o LEFT JOIN lines l ON l.order_id = o.id") ==
        "(id, line_no)");
}

TEST_CASE("equal columns stand for each other") {
  CHECK(key_of("SELECT l.order_id, l.line_no FROM orders o JOIN lines l ON l.order_id = o.id") ==
        "(order_id, line_no)");
  CHECK(key_of("SELECT o.id FROM orders o JOIN customers c ON c.id = o.id") == "(id)");
}

TEST_CASE("a left join does not make columns equal") {
  CHECK(key_of("SELECT c.id FROM orders o LEFT JOIN customers c ON c.id = o.id") == "none");
}

TEST_CASE("a full join needs the keys of both sides") {
  CHECK(key_of("SELECT o.id, c.id AS customer FROM orders o FULL JOIN customers c "
               "ON c.id = o.customer_id") == "(id, customer)");
  CHECK(key_of("SELECT o.id, c.name FROM orders o FULL JOIN customers c ON c.id = o.id") == "none");
}

TEST_CASE("groups are identified by their grouping columns") {
  CHECK(key_of("SELECT country, city, count(*) FROM customers GROUP BY country, city") ==
        "(country, city)");
  CHECK(key_of("SELECT count(*), country FROM customers GROUP BY country, city") == "none");
  CHECK(key_of("SELECT upper(country) AS land FROM customers GROUP BY upper(country)") == "(land)");
}

TEST_CASE("a grouped primary key determines the other grouping columns") {
  CHECK(key_of("SELECT id, name, count(*) FROM customers GROUP BY id, name") == "(id)");
  CHECK(key_of("SELECT c.name, o.customer_id, count(*) FROM customers c JOIN orders o "
               "ON o.customer_id = c.id GROUP BY c.id, c.name, o.customer_id") == "(customer_id)");
  CHECK(key_of("SELECT id, name, country FROM customers GROUP BY id") == "(id)");
}

TEST_CASE("DISTINCT makes all columns the key") {
  CHECK(key_of("SELECT DISTINCT country, city FROM customers") == "(country, city)");
  CHECK(key_of("SELECT DISTINCT id, name FROM customers") == "(id, name)");
}

TEST_CASE("an aggregate without GROUP BY has one row and an empty key") {
  CHECK(key_of("SELECT count(*) FROM orders") == "()");
  CHECK(key_of("SELECT 1 AS one") == "()");
  CHECK(
      key_of("SELECT c.id, t.n FROM customers c CROSS JOIN (SELECT count(*) AS n FROM orders) t") ==
      "(id)");
}

TEST_CASE("UNION ALL has no key") {
  CHECK(key_of("SELECT id FROM customers UNION ALL SELECT id FROM orders") == "none");
}

TEST_CASE("keys go through subqueries and common tables") {
  CHECK(
      key_of(
          "WITH t AS (SELECT customer_id, sum(total) AS owed FROM orders GROUP BY customer_id) "
          "SELECT c.name, t.customer_id, t.owed FROM t JOIN customers c ON c.id = t.customer_id") ==
      "(customer_id)");
  CHECK(key_of("SELECT x FROM (SELECT id AS x, name FROM customers) s") == "(x)");
}

TEST_CASE("a padded group whose key is NULL is not taken for a real one") {
  // customer_id is nullable, so that the group of NULL looks like padding in a full join of groups.
  const std::string groups = "(SELECT customer_id AS g, count(*) AS n FROM orders GROUP BY 1)";
  CHECK(key_of("SELECT a.g, b.g AS other, a.n FROM " + groups + " a FULL JOIN " + groups +
               " b ON a.g = b.g") == "none");
}

TEST_CASE("a declared key is proven or checked while running") {
  const Catalog catalog = shop_catalog();
  const auto bind = [&](const std::string& sql, std::vector<std::string> key) {
    return bind_views({{"v", "v.sql", sql, std::move(key)}}, catalog);
  };
  const BindResult proven = bind("SELECT id, name FROM customers", {"name", "id"});
  REQUIRE(proven.views.size() == 1);
  CHECK_FALSE(proven.views[0].view.key_declared);
  CHECK(*proven.views[0].view.key == KeyColumns{1, 0});
  const BindResult declared = bind("SELECT id, name FROM customers", {"name"});
  REQUIRE(declared.views.size() == 1);
  CHECK(declared.views[0].view.key_declared);
  const BindResult missing =
      bind("/* deltamill\nkey: [nam]\n*/ SELECT name FROM customers", {"nam"});
  REQUIRE(missing.diagnostics.size() == 1);
  CHECK(missing.diagnostics[0].code == "missing_key_column");
  CHECK(missing.diagnostics[0].hint == "did you mean \"name\"?");
  CHECK(missing.diagnostics[0].line == 2);
  CHECK(bind("SELECT id FROM customers", {"id", "id"}).diagnostics[0].code == "key_conflict");
  CHECK(bind("SELECT jb FROM everything", {"jb"}).diagnostics[0].code == "type_error");
}

TEST_CASE("a view without a key says which columns would give one") {
  const auto hint = [](const std::string& sql) {
    const BindResult result = bind_one(sql);
    REQUIRE(result.diagnostics.size() == 1);
    CHECK(result.diagnostics[0].severity == Severity::warning);
    CHECK(result.diagnostics[0].code == "missing_key_column");
    return result.diagnostics[0].hint;
  };
  CHECK(hint("SELECT order_id, qty FROM lines") ==
        "add lines.line_no to the SELECT list, or declare one: key: [...]");
  CHECK(hint("SELECT c.name FROM orders o JOIN customers c ON c.id = o.customer_id") ==
        "add orders.id to the SELECT list, or declare one: key: [...]");
  CHECK(hint("SELECT * FROM nokey") ==
        "declare one in the header, key: [...], if some columns are unique");
}

}  // namespace deltamill
