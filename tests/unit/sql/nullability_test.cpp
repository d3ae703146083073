// Which output columns are known to be never NULL.
#include <catch2/catch.hpp>

#include "tests/unit/sql/shop_catalog.h"

namespace deltamill {

namespace {

// The columns that may be NULL, in order.
std::string nullable_columns(const std::string& sql) {
  const BindResult result = bind_one(sql);
  if (result.views.empty()) return to_text(result.diagnostics.front());
  std::string text;
  for (const Column& column : result.views.front().view.plan->columns)
    if (column.nullable) text += (text.empty() ? "" : " ") + column.name;
  return text;
}

}  // namespace

TEST_CASE("columns are as nullable as the catalog says") {
  CHECK(nullable_columns("SELECT id, name, country FROM customers") == "country");
}

TEST_CASE("an outer join makes the padded side nullable") {
  CHECK(nullable_columns("SELECT c.id, o.id AS o FROM customers c LEFT JOIN orders o "
                         "ON o.customer_id = c.id") == "o");
  CHECK(nullable_columns("SELECT c.id, o.id AS o FROM customers c RIGHT JOIN orders o "
                         "ON o.customer_id = c.id") == "id");
  CHECK(nullable_columns("SELECT c.id, o.id AS o FROM customers c FULL JOIN orders o "
                         "ON o.customer_id = c.id") == "id o");
}

TEST_CASE("a filter that needs the padded side makes the outer join an inner one") {
  CHECK(nullable_columns("SELECT c.id, o.id AS o FROM customers c LEFT JOIN orders o "
                         "ON o.customer_id = c.id WHERE o.total > 5") == "");
}

TEST_CASE("count is never NULL, other aggregates only over groups of values") {
  CHECK(nullable_columns("SELECT count(*) AS n, sum(qty) AS s FROM lines") == "s");
  CHECK(nullable_columns("SELECT order_id, sum(qty) AS s, max(product_id) AS m, "
                         "sum(qty) FILTER (WHERE qty > 3) AS f FROM lines GROUP BY order_id") ==
        "m f");
}

TEST_CASE("expressions are NULL only through their operands") {
  CHECK(nullable_columns("SELECT qty * price AS a, product_id + 1 AS b, qty IS NULL AS c, "
                         "coalesce(product_id, 0) AS d, nullif(qty, 0) AS e FROM lines") == "b e");
  CHECK(nullable_columns("SELECT CASE WHEN qty > 1 THEN 1 END AS a, "
                         "CASE WHEN qty > 1 THEN 1 ELSE 2 END AS b FROM lines") == "a");
  CHECK(nullable_columns("SELECT jsonb_build_object('a', 1) -> 'b' AS a") == "a");
}

}  // namespace deltamill
