// Queries inside expressions as the binder sees them: which names mean what inside. Users are told
// that they are not supported, tests/refusals.
#include <catch2/catch.hpp>

#include "tests/unit/sql/shop_catalog.h"
#include "views/expressions/to_text.h"
#include "views/plan/plan.h"
#include "views/sql/bind_query.h"
#include "views/sql/parse.h"

namespace deltamill {

namespace {

void append_outer_columns(const ExpressionPtr& expression, std::string& text) {
  if (!expression) return;
  visit_expression(*expression, [&](const Expression& node) {
    if (node.kind == Expression::Kind::outer_column)
      text += (text.empty() ? "" : " ") + std::to_string(node.level) + "." +
              std::to_string(node.ordinal);
  });
}

// "level.ordinal" of every outer column, inputs first.
void append_outer_columns(const PlanNode& node, std::string& text) {
  for (const PlanPtr& input : inputs_of(node)) append_outer_columns(*input, text);
  if (const auto* const filter = std::get_if<Filter>(&node.body))
    append_outer_columns(filter->condition, text);
  if (const auto* const join = std::get_if<Join>(&node.body))
    append_outer_columns(join->condition, text);
  if (const auto* const project = std::get_if<Project>(&node.body))
    for (const ExpressionPtr& output : project->outputs) append_outer_columns(output, text);
  if (const auto* const aggregate = std::get_if<Aggregate>(&node.body))
    for (const ExpressionPtr& key : aggregate->keys) append_outer_columns(key, text);
}

// The outer columns that each query inside an expression reads, innermost query first, then what is
// rejected besides the subqueries themselves.
std::string outer_columns(const std::string& sql) {
  const Catalog catalog = shop_catalog();
  const std::map<std::string, BoundQuery> no_views;
  const BindContext context{catalog, no_views};
  QueryBinder binder(context);
  std::string rejected;
  try {
    (void)binder.bind(*parse_file(sql).statements.at(0).query);
  } catch (const Rejection& last) {
    rejected = last.message;
  }
  std::string text;
  for (const BoundSubquery& subquery : binder.subqueries()) {
    std::string columns;
    append_outer_columns(*subquery.plan, columns);
    text += (text.empty() ? "(" : " (") + columns + ")";
  }
  const bool only_refused = rejected.ends_with("not supported");
  return only_refused ? text : text + rejected;
}

}  // namespace

TEST_CASE("a query inside an expression reads the row of the query around it") {
  CHECK(outer_columns("SELECT id, (SELECT max(total) FROM orders WHERE customer_id = customers.id) "
                      "FROM customers") == "(1.0)");
  CHECK(outer_columns("SELECT id FROM customers c WHERE EXISTS (SELECT country FROM orders "
                      "WHERE customer_id = c.id)") == "(1.0 1.2)");
  CHECK(outer_columns("SELECT id FROM customers WHERE id IN (SELECT customer_id FROM orders)") ==
        "()");
  CHECK(outer_columns("SELECT id FROM customers c WHERE EXISTS (SELECT c.*)") ==
        "(1.0 1.1 1.2 1.3 1.4 1.5 1.6 1.7 1.8)");
}

TEST_CASE("levels count the queries between a name and its row") {
  CHECK(outer_columns("SELECT id FROM customers c WHERE EXISTS (SELECT 1 FROM orders o "
                      "WHERE EXISTS (SELECT 1 FROM lines WHERE order_id = o.id AND qty = c.id))") ==
        "(1.0 2.0) ()");
  CHECK(outer_columns("SELECT id FROM customers c WHERE EXISTS (SELECT 1 FROM orders o "
                      "WHERE o.customer_id = c.id AND EXISTS (SELECT 1 FROM lines "
                      "WHERE order_id = o.id AND price > total))") == "(1.0 1.3) (1.0)");
  // Of a joined row the ordinal counts from the left.
  CHECK(outer_columns("SELECT c.id FROM customers c JOIN orders o ON o.customer_id = c.id "
                      "WHERE EXISTS (SELECT 1 FROM lines WHERE order_id = o.id)") == "(1.9)");
}

TEST_CASE("subqueries in FROM, UNION ALL and WITH have the level of the query they stand in") {
  CHECK(outer_columns("SELECT id FROM customers c WHERE EXISTS (SELECT 1 FROM (SELECT id FROM "
                      "orders WHERE customer_id = c.id UNION ALL SELECT c.id) x)") == "(1.0 1.0)");
  CHECK(outer_columns("SELECT id FROM customers c WHERE id IN (WITH w AS (SELECT id FROM orders "
                      "WHERE customer_id = c.id) SELECT id FROM w)") == "(1.0)");
  CHECK(outer_columns("SELECT id FROM customers c WHERE id IN (VALUES (c.id))") == "(1.0)");
}

TEST_CASE("an inner name hides outer ones") {
  CHECK(outer_columns(
            "SELECT id FROM customers WHERE EXISTS (SELECT 1 FROM orders WHERE id = 1)") == "()");
  CHECK(outer_columns("SELECT id FROM customers c WHERE EXISTS (SELECT 1 FROM orders c "
                      "WHERE c.id = 1)") == "()");
  // The innermost table of a name decides, also where it lacks the column.
  CHECK(outer_columns("SELECT id FROM customers c WHERE EXISTS (SELECT 1 FROM orders c "
                      "WHERE c.country = 'at')") == "column \"country\" of \"c\" does not exist");
  CHECK(outer_columns("SELECT id FROM orders o JOIN lines l ON l.order_id = o.id WHERE EXISTS "
                      "(SELECT 1 FROM customers JOIN users USING (id) WHERE id = 1)") == "()");
}

TEST_CASE("a name is ambiguous only among the columns of one query") {
  CHECK(outer_columns("SELECT 1 FROM customers c, orders o WHERE EXISTS (SELECT 1 FROM lines "
                      "WHERE id = 1)") == "column \"id\" is ambiguous");
  CHECK(outer_columns("SELECT 1 FROM customers c, orders o WHERE EXISTS (SELECT 1 FROM users "
                      "WHERE id = 1)") == "()");
}

TEST_CASE("a merged column of USING is seen from inside as what it shows") {
  CHECK(outer_columns("SELECT 1 FROM customers FULL JOIN users USING (id) WHERE EXISTS (SELECT 1 "
                      "FROM lines WHERE qty = id)") == "(1.0 1.9)");
}

TEST_CASE("queries of WITH are visible inside expressions") {
  CHECK(outer_columns("WITH big AS (SELECT customer_id FROM orders WHERE total > 100) "
                      "SELECT id FROM customers WHERE id IN (SELECT customer_id FROM big)") ==
        "()");
  // Read from further inside, what it reads of the rows around it is further away.
  CHECK(outer_columns("SELECT id FROM customers c WHERE EXISTS (WITH own AS (SELECT id FROM orders "
                      "WHERE customer_id = c.id) SELECT 1 FROM lines WHERE EXISTS (SELECT 1 FROM "
                      "own WHERE own.id = order_id))") == "(2.0 1.0) ()");
  // Those of a query inside end with it.
  CHECK(outer_columns("SELECT id FROM customers WHERE id IN (WITH inner_one AS (SELECT id FROM "
                      "orders) SELECT id FROM inner_one) AND id IN (SELECT id FROM inner_one)") ==
        "()table or view \"inner_one\" does not exist");
}

TEST_CASE("a subquery in FROM sees no other item of FROM") {
  CHECK(outer_columns("SELECT 1 FROM customers c, (SELECT id FROM orders WHERE customer_id = c.id) "
                      "o") == "there is no table or alias \"c\" in FROM");
  CHECK(outer_columns("SELECT 1 FROM customers a WHERE EXISTS (SELECT 1 FROM users c, (SELECT id "
                      "FROM orders WHERE customer_id = c.id) o)") ==
        "there is no table or alias \"c\" in FROM");
}

TEST_CASE("columns of enclosing queries need not be grouped inside") {
  CHECK(outer_columns("SELECT id FROM customers c WHERE EXISTS (SELECT c.name FROM orders "
                      "GROUP BY status HAVING count(*) > c.id)") == "(1.0 1.1)");
  CHECK(outer_columns("SELECT id FROM customers c WHERE EXISTS (SELECT note FROM orders "
                      "GROUP BY status)") ==
        "column \"orders.note\" must appear in the GROUP BY clause or be used in an aggregate "
        "function");
}

TEST_CASE("what follows a rejected query inside is bound outside again") {
  CHECK(outer_columns("SELECT nosuch, EXISTS (SELECT alsonot FROM orders), name FROM customers "
                      "WHERE EXISTS (SELECT 1 FROM lines WHERE qty = customers.id)") ==
        "(1.0)column \"alsonot\" does not exist");
  CHECK(outer_columns("SELECT (SELECT id, total FROM orders) FROM customers") ==
        "()subquery must return only one column");
}

TEST_CASE("the tables of queries inside expressions are read from the catalog") {
  using Names = std::vector<std::pair<std::string, std::string>>;
  CHECK(
      referenced_relations(
          {"v", "v.sql",
           "WITH w AS (SELECT 1) SELECT (SELECT 1 FROM a), count(*) FILTER (WHERE EXISTS (SELECT "
           "1 FROM b)) FROM t JOIN u ON EXISTS (SELECT 1 FROM c, w) WHERE x IN (SELECT 1 FROM d) "
           "GROUP BY (SELECT 1 FROM e) HAVING EXISTS (SELECT 1 FROM f)",
           std::nullopt}) ==
      Names{
          {"", "t"}, {"", "u"}, {"", "c"}, {"", "a"}, {"", "b"}, {"", "d"}, {"", "e"}, {"", "f"}});
}

}  // namespace deltamill
