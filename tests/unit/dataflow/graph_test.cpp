// The graph as a whole: what random views do not reach.
#include "views/dataflow/graph.h"

#include <array>
#include <catch2/catch.hpp>

#include "tests/oracle/source_tables.h"
#include "tests/oracle/view_state.h"
#include "tests/unit/dataflow/shop.h"

namespace deltamill {

namespace {

const std::shared_ptr<const Table> customers =
    make_table(1, "customers", {{"id", TypeKind::int4}, {"name", TypeKind::text}}, 1);
const std::shared_ptr<const Table> orders = make_table(
    2, "orders",
    {{"id", TypeKind::int8}, {"customer_id", TypeKind::int4}, {"total", TypeKind::numeric}}, 1);

class Mill {
 public:
  explicit Mill(std::vector<BoundView> views)
      : source({customers, orders}), views_(std::move(views)), graph(views_), state(views_) {
    state.apply(graph.initial());
  }
  ViewDeltas commit() {
    ViewDeltas deltas = graph.apply(source.take_batch());
    state.apply(deltas);
    return deltas;
  }
  [[nodiscard]] std::string rows(std::size_t one = 0) const { return to_text(state.rows(one)); }

  SourceTables source;

 private:
  std::vector<BoundView> views_;

 public:
  Graph graph;
  ViewState state;
};

ExpressionPtr order_customer(const PlanPtr& left, const PlanPtr& right) {
  return operation("=", column_of(left, "customer_id"), column_of(right, "id", 1));
}

TEST_CASE("an aggregate without groups has its row before any input") {
  const PlanPtr all = scan(orders);
  Mill mill(
      {view("totals", aggregate(all, {}, {count_rows(), call("sum", column_of(all, "total"))}))});
  CHECK(mill.rows() == "+1 ('0', NULL)\n");
  mill.source.insert(*orders, {"1", "1", "2.50"});
  mill.commit();
  CHECK(mill.rows() == "+1 ('1', '2.50')\n");
  mill.source.erase(*orders, {"1", "1", "2.50"});
  mill.commit();
  CHECK(mill.rows() == "+1 ('0', NULL)\n");
}

TEST_CASE("a query without a table has its row from the start") {
  const PlanPtr one = project(make_plan(Columns(), OneRow{}), {constant(TypeKind::text, "hello")});
  Mill mill({view("greeting", one)});
  CHECK(mill.rows() == "+1 ('hello')\n");
}

TEST_CASE("a pair that is new on both sides in one batch appears once") {
  const PlanPtr left = scan(orders);
  const PlanPtr right = scan(customers);
  Mill mill({view("named", join(JoinKind::inner, left, right, order_customer(left, right))),
             view("padded", join(JoinKind::left, left, right, order_customer(left, right)))});
  mill.source.insert(*orders, {"1", "7", "1"});
  mill.source.insert(*customers, {"7", "Ada"});
  mill.commit();
  CHECK(mill.rows(0) == "+1 ('1', '7', '1', '7', 'Ada')\n");
  CHECK(mill.rows(1) == mill.rows(0));
  mill.source.erase(*customers, {"7", "Ada"});
  mill.source.insert(*orders, {"2", "7", "1"});
  mill.commit();
  CHECK(mill.rows(0).empty());
  CHECK(mill.rows(1) == "+1 ('1', '7', '1', NULL, NULL)\n+1 ('2', '7', '1', NULL, NULL)\n");
}

TEST_CASE("a row without a result is an error of every view that depends on it, until it is gone") {
  const PlanPtr all = scan(orders);
  const BoundView ratio = view(
      "ratio", project(all, {column_of(all, "id"), operation("/", constant(TypeKind::numeric, "1"),
                                                             column_of(all, "total"))}));
  const PlanPtr read = scan_view(ratio);
  Mill mill({ratio, view("counted", aggregate(read, {}, {count_rows()}))});
  mill.source.insert(*orders, {"1", "1", "0"});
  mill.source.insert(*orders, {"2", "1", "4"});
  mill.commit();
  CHECK(mill.rows(0) == "+1 ('2', '0.25000000000000000000')\n");
  CHECK(mill.rows(1) == "+1 ('1')\n");
  const std::map<std::string, std::int64_t> expected = {{"division by zero at {\"id\":1}", 1}};
  CHECK(mill.state.errors(0) == expected);
  CHECK(mill.state.errors(1) == expected);
  mill.source.update(*orders, {"1", "1", "0"}, {"1", "1", "8"});
  mill.commit();
  CHECK(mill.state.errors(0).empty());
  CHECK(mill.state.errors(1).empty());
}

TEST_CASE("an aggregate that overflows makes its group a row in error") {
  const PlanPtr all = scan(orders);
  const ExpressionPtr big = constant(TypeKind::float8, "1.7e308");
  Mill mill({view("sums", aggregate(all, {column_of(all, "customer_id")}, {call("sum", big)}))});
  mill.source.insert(*orders, {"1", "1", "0"});
  mill.commit();
  CHECK(mill.rows() == "+1 ('1', '1.7e+308')\n");
  mill.source.insert(*orders, {"2", "1", "0"});
  mill.commit();
  CHECK(mill.rows().empty());
  REQUIRE(mill.state.errors(0).size() == 1);
  mill.source.erase(*orders, {"1", "1", "0"});
  mill.commit();
  CHECK(mill.rows() == "+1 ('1', '1.7e+308')\n");
  CHECK(mill.state.errors(0).empty());
}

TEST_CASE("slices of a transaction add up to the whole") {
  const PlanPtr left = scan(orders);
  const PlanPtr right = scan(customers);
  Mill mill({view("named", join(JoinKind::full, left, right, order_customer(left, right)))});
  mill.source.insert(*orders, {"1", "7", "1"});
  Batch slice = mill.source.take_batch();
  slice.complete = false;
  mill.state.apply(mill.graph.apply(slice));
  mill.source.insert(*customers, {"7", "Ada"});
  mill.commit();
  CHECK(mill.rows() == "+1 ('1', '7', '1', '7', 'Ada')\n");
}

TEST_CASE("min and max of a large group find the next best value") {
  const PlanPtr all = scan(orders);
  Mill mill({view("ends", aggregate(all, {},
                                    {call("min", column_of(all, "total")),
                                     call("max", column_of(all, "total"))}))});
  for (int order = 1; order <= 500; ++order)
    mill.source.insert(*orders, {std::to_string(order), "1", std::to_string(order)});
  mill.commit();
  CHECK(mill.rows() == "+1 ('1', '500')\n");
  for (int order = 1; order <= 250; ++order) {
    const std::string low = std::to_string(order);
    const std::string high = std::to_string(501 - order);
    mill.source.erase(*orders, {low, "1", low});
    if (order < 250) mill.source.erase(*orders, {high, "1", high});
    mill.commit();
  }
  CHECK(mill.rows() == "+1 ('251', '251')\n");
}

TEST_CASE("batches larger than a chunk go through joins and groups whole") {
  const PlanPtr left = scan(orders);
  const PlanPtr right = scan(customers);
  const PlanPtr joined = join(JoinKind::inner, left, right, order_customer(left, right));
  Mill mill({view("per_name", aggregate(joined, {column_of(joined, "name")}, {count_rows()}))});
  for (int order = 0; order < 5000; ++order)
    mill.source.insert(*orders, {std::to_string(order), std::to_string(order % 3), "1"});
  mill.commit();
  CHECK(mill.rows().empty());
  for (int customer = 0; customer < 3; ++customer)
    mill.source.insert(*customers, {std::to_string(customer), customer == 0 ? "Ada" : "Bob"});
  mill.commit();
  CHECK(mill.rows() == "+1 ('Ada', '1667')\n+1 ('Bob', '3333')\n");
}

TEST_CASE("equal subplans of two views are built once") {
  const PlanPtr all = scan(orders);
  const PlanPtr grouped = aggregate(all, {column_of(all, "customer_id")}, {count_rows()});
  const PlanPtr again = aggregate(scan(orders), {column_of(all, "customer_id")}, {count_rows()});
  const ExpressionPtr many =
      operation(">", make_column(type_of(TypeKind::int8), 0, 1), constant(TypeKind::int4, "1"));
  Mill mill({view("counts", grouped), view("many", filter(again, many))});
  std::size_t aggregates = 0;
  for (const OperatorSize& size : mill.graph.sizes())
    aggregates += size.name == "aggregate" ? 1 : 0;
  CHECK(aggregates == 1);
  for (int order = 0; order < 3; ++order)
    mill.source.insert(*orders, {std::to_string(order), std::to_string(order / 2), "1"});
  mill.commit();
  CHECK(mill.rows(0) == "+1 ('0', '2')\n+1 ('1', '1')\n");
  CHECK(mill.rows(1) == "+1 ('0', '2')\n");
}

TEST_CASE("explain shows operators, keys and arrangements") {
  const PlanPtr left = scan(orders);
  const PlanPtr right = scan(customers);
  const PlanPtr joined = join(JoinKind::inner, left, right, order_customer(left, right));
  Mill mill({view("per_name", aggregate(joined, {column_of(joined, "name")},
                                        {count_rows(), call("sum", column_of(joined, "total"))}))});
  CHECK(mill.graph.explain("per_name") ==
        "view per_name  no key\n"
        "└─ aggregate  count(*), sum(total)  by name  keeps groups  cost O(1)\n"
        "   └─ join  customer_id = customers.id  cost O(matching rows)\n"
        "      ├─ table public.orders  id, customer_id, total  arranged by (id), (customer_id)\n"
        "      └─ table public.customers  id, name  arranged by (id)\n");
}

TEST_CASE("FILTER leaves rows out also where the function counts NULLs") {
  AggregateFunction counting_nulls = *find_aggregate("count", std::array{TypeKind::int8});
  counting_nulls.rules.counts_nulls = true;
  const PlanPtr all = scan(orders);
  AggregateCall filtered = call("count", column_of(all, "total"));
  filtered.function = &counting_nulls;
  filtered.filter = operation(">", column_of(all, "customer_id"), constant(TypeKind::int4, "1"));
  AggregateCall whole = filtered;
  whole.filter = nullptr;
  Mill mill({view("counts", aggregate(all, {}, {whole, filtered}))});
  mill.source.insert(*orders, {"1", "1", std::nullopt});
  mill.source.insert(*orders, {"2", "2", std::nullopt});
  mill.source.insert(*orders, {"3", std::nullopt, "5"});
  (void)mill.commit();
  CHECK(mill.rows() == "+1 ('3', '1')\n");
  mill.source.erase(*orders, {"2", "2", std::nullopt});
  (void)mill.commit();
  CHECK(mill.rows() == "+1 ('2', '0')\n");
}

TEST_CASE("the tables of a graph are those its views read") {
  Mill mill({view("all", scan(orders))});
  CHECK(mill.graph.tables() == std::vector<Oid>{2});
  CHECK(mill.graph.memory_bytes() < 100'000'000);
}

}  // namespace
}  // namespace deltamill
