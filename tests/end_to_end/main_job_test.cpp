// The main job: views declared in files follow a PostgreSQL that is written to, over HTTP.
#include <catch2/catch.hpp>

#include "tests/end_to_end/source_and_views.h"

namespace deltamill {

TEST_CASE("views follow the source from the snapshot on") {
  SourceAndViews scene(
      "CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL);"
      "CREATE TABLE orders (id int PRIMARY KEY, customer_id int, total numeric(10,2));"
      "INSERT INTO customers SELECT n, 'customer ' || n FROM generate_series(1, 100) n;"
      "INSERT INTO orders SELECT n, n % 110, n * 1.25 FROM generate_series(1, 1000) n");
  scene.add_view("names", "SELECT id, name FROM customers");
  scene.add_view("totals",
                 "SELECT c.id, c.name, count(o.id) AS orders, sum(o.total) AS total "
                 "FROM customers c LEFT JOIN orders o ON o.customer_id = c.id GROUP BY c.id");
  scene.service.start();
  REQUIRE(scene.differences() == "");

  scene.execute("INSERT INTO orders VALUES (2000, 7, 99.90), (2001, NULL, 1)");
  REQUIRE(scene.differences() == "");
  scene.execute("UPDATE orders SET customer_id = 8 WHERE customer_id = 7");
  REQUIRE(scene.differences() == "");
  scene.execute("DELETE FROM customers WHERE id BETWEEN 8 AND 20");
  REQUIRE(scene.differences() == "");
  REQUIRE(scene.service.view_status("totals").at("condition") == "live");
  REQUIRE(scene.service.stop() == 0);
}

}  // namespace deltamill
