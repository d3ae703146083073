// Several views: their order, names, circles, and what they hand to each other.
#include <catch2/catch.hpp>

#include "tests/unit/sql/shop_catalog.h"

namespace deltamill {

namespace {

BindResult bind(const std::vector<std::pair<std::string, std::string>>& views) {
  std::vector<ViewSource> sources;
  for (const auto& [name, sql] : views) sources.push_back({name, name + ".sql", sql, std::nullopt});
  static const Catalog catalog = shop_catalog();
  return bind_views(sources, catalog);
}

std::string codes(const BindResult& result) {
  std::string text;
  for (const Diagnostic& diagnostic : result.diagnostics)
    text += (text.empty() ? "" : ", ") + diagnostic.file + " " + diagnostic.code;
  return text;
}

}  // namespace

TEST_CASE("views come back in the order in which they read each other") {
  const BindResult result = bind({{"b", "SELECT id, name FROM a"},
                                  {"c", "SELECT b.id, a.name FROM a JOIN b USING (id)"},
                                  {"a", "SELECT id, name FROM customers"}});
  CHECK(codes(result) == "");
  REQUIRE(result.views.size() == 3);
  CHECK(result.views[0].view.name == "a");
  CHECK(result.views[1].view.name == "b");
  CHECK(result.views[2].view.name == "c");
  CHECK(result.views[2].view.key == KeyColumns{0});
}

TEST_CASE("a view's columns keep their type and collation for its readers") {
  const BindResult result = bind({{"a", "SELECT id, cname, name FROM customers"},
                                  {"b", "SELECT max(cname) AS last FROM a"},
                                  {"c", "SELECT max(name) AS last FROM a"}});
  CHECK(codes(result) == "c.sql unsupported_sql");
  CHECK(result.views.size() == 2);
}

TEST_CASE("views that read each other in a circle are refused once") {
  const BindResult result = bind({{"a", "SELECT id FROM b"}, {"b", "SELECT id FROM a"}});
  CHECK(codes(result) == "b.sql cyclic_views");
  CHECK(codes(bind({{"a", "SELECT id FROM a"}})) == "a.sql cyclic_views");
}

TEST_CASE("a view that reads a failed one adds no error of its own") {
  const BindResult result =
      bind({{"a", "SELECT nosuch FROM customers"}, {"b", "SELECT id FROM a"}});
  CHECK(codes(result) == "a.sql unknown_column");
  CHECK(result.views.empty());
}

TEST_CASE("a name that is a view and a table must be qualified") {
  CHECK(codes(bind({{"orders", "SELECT id FROM public.orders"}, {"a", "SELECT id FROM orders"}})) ==
        "a.sql ambiguous_name");
  CHECK(codes(bind({{"orders", "SELECT id FROM orders"}})) == "orders.sql ambiguous_name");
  CHECK(codes(bind({{"orders", "SELECT id FROM public.orders"}})) == "");
}

TEST_CASE("names of views are checked") {
  CHECK(codes(bind({{"Upper", "SELECT 1 AS a"}})) == "Upper.sql bad_name");
  CHECK(codes(bind({{"deltamill_x", "SELECT 1 AS a"}})) == "deltamill_x.sql bad_name");
  CHECK(codes(bind({{"a", "SELECT 1 AS a"}, {"a", "SELECT 2 AS a"}})) == "a.sql duplicate_view");
}

TEST_CASE("all errors of all views are reported") {
  const BindResult result =
      bind({{"a", "SELECT nosuch, id + name FROM customers WHERE other = 1 GROUP BY ()"},
            {"b", "SELECT FROM customers"},
            {"c", "SELECT nosuch, other FROM customers WHERE third"}});
  CHECK(codes(result) ==
        "a.sql unsupported_sql, b.sql unsupported_sql, c.sql unknown_column, c.sql "
        "unknown_column, c.sql unknown_column");
}

TEST_CASE("relations are found without a catalog, common tables left out") {
  const auto names = referenced_relations(
      {"v", "v.sql",
       "WITH t AS (SELECT * FROM audit.log), u AS (SELECT * FROM t) "
       "SELECT * FROM t JOIN u ON true, (SELECT * FROM orders UNION ALL SELECT * FROM orders) s",
       std::nullopt});
  using Names = std::vector<std::pair<std::string, std::string>>;
  CHECK(names == Names{{"audit", "log"}, {"", "orders"}});
  CHECK(referenced_relations({"v", "v.sql", "SELEC", std::nullopt}).empty());
}

}  // namespace deltamill
