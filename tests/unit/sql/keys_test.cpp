// Declared keys, and what is said where no key is found. Which keys are found: tests/results.
#include <catch2/catch.hpp>

#include "tests/unit/sql/shop_catalog.h"

namespace deltamill {

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
