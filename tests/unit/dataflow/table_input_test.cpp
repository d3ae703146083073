// Changes as the source sends them -> deltas: coalescing, old rows, values that were not sent,
// contradictions.
#include <catch2/catch.hpp>

#include "tests/oracle/source_tables.h"
#include "tests/oracle/view_state.h"
#include "tests/unit/dataflow/shop.h"
#include "views/data/check.h"

namespace deltamill {

namespace {

const std::shared_ptr<const Table> notes = make_table(
    10, "notes", {{"id", TypeKind::text}, {"body", TypeKind::text}, {"unused", TypeKind::text}}, 1);

// A view of one table that reads all columns but the last.
class Mill {
 public:
  explicit Mill(const std::shared_ptr<const Table>& table)
      : table_(table),
        views_({view("all", project(scan(table), outputs(scan(table))))}),
        graph_(views_),
        state_(views_) {}

  // Applies the batch; returns the number of changed rows of the view.
  std::size_t apply(const Batch& batch) {
    const ViewDeltas deltas = graph_.apply(batch);
    state_.apply(deltas);
    return deltas.views.empty() ? 0 : deltas.views[0].rows.size();
  }
  [[nodiscard]] std::string rows() const { return to_text(state_.rows(0)); }

 private:
  static Expressions outputs(const PlanPtr& plan) {
    Expressions outputs;
    for (std::uint32_t column = 0; column + 1 < plan->columns.size(); ++column)
      outputs.push_back(make_column(plan->columns[column].type, 0, column));
    return outputs;
  }

  std::shared_ptr<const Table> table_;
  std::vector<BoundView> views_;
  Graph graph_;
  ViewState state_;
};

TEST_CASE("several changes of a key in one batch are one change") {
  Mill mill(notes);
  SourceTables source({notes});
  source.insert(*notes, {"a", "1", "-"});
  source.update(*notes, {"a", "1", "-"}, {"a", "2", "-"});
  source.update(*notes, {"a", "2", "-"}, {"b", "2", "-"});
  CHECK(mill.apply(source.take_batch()) == 1);
  CHECK(mill.rows() == "+1 ('b', '2')\n");
  source.erase(*notes, {"b", "2", "-"});
  source.insert(*notes, {"b", "2", "-"});
  CHECK(mill.apply(source.take_batch()) == 0);
  source.insert(*notes, {"c", "3", "-"});
  source.erase(*notes, {"c", "3", "-"});
  source.insert(*notes, {"c", "4", "-"});
  source.erase(*notes, {"c", "4", "-"});
  CHECK(mill.apply(source.take_batch()) == 0);
}

TEST_CASE("an update of columns no view reads changes nothing") {
  Mill mill(notes);
  SourceTables source({notes});
  source.insert(*notes, {"a", "1", "x"});
  CHECK(mill.apply(source.take_batch()) == 1);
  source.update(*notes, {"a", "1", "x"}, {"a", "1", "y"});
  CHECK(mill.apply(source.take_batch()) == 0);
}

TEST_CASE(
    "a value that was not sent comes from the old row, also after changes in the same batch") {
  Mill mill(notes);
  SourceTables source({notes});
  source.insert(*notes, {"a", "long", "x"});
  (void)mill.apply(source.take_batch());
  source.update_partly(*notes, {"a", "long", "x"}, {"b", "long", "x"}, {1, 2});
  source.update_partly(*notes, {"b", "long", "x"}, {"b", "long", "y"}, {0, 1});
  CHECK(mill.apply(source.take_batch()) == 2);
  CHECK(mill.rows() == "+1 ('b', 'long')\n");
}

TEST_CASE("a truncate removes what was there and what came before it in the batch") {
  for (const std::uint32_t key_columns : {1U, 0U}) {
    const auto table = make_table(
        11, "t", {{"id", TypeKind::text}, {"body", TypeKind::text}, {"unused", TypeKind::text}},
        key_columns);
    Mill mill(table);
    SourceTables source({table});
    source.insert(*table, {"a", "1", "-"});
    source.insert(*table, {"b", "1", "-"});
    (void)mill.apply(source.take_batch());
    source.insert(*table, {"c", "1", "-"});
    source.truncate(*table);
    source.insert(*table, {"a", "1", "-"});
    source.insert(*table, {"d", "1", "-"});
    CHECK(mill.apply(source.take_batch()) == 2);
    CHECK(mill.rows() == "+1 ('a', '1')\n+1 ('d', '1')\n");
  }
}

TEST_CASE("a table without a key keeps equal rows apart by number") {
  const auto table = make_table(
      12, "t", {{"x", TypeKind::int4}, {"y", TypeKind::text}, {"unused", TypeKind::text}}, 0);
  Mill mill(table);
  SourceTables source({table});
  for (int row = 0; row < 3; ++row) source.insert(*table, {"1", "a", std::nullopt});
  (void)mill.apply(source.take_batch());
  CHECK(mill.rows() == "+3 ('1', 'a')\n");
  source.erase(*table, {"1", "a", std::nullopt});
  source.update(*table, {"1", "a", std::nullopt}, {"1", std::nullopt, std::nullopt});
  (void)mill.apply(source.take_batch());
  CHECK(mill.rows() == "+1 ('1', NULL)\n+1 ('1', 'a')\n");
}

TEST_CASE("rows of a table with REPLICA IDENTITY USING INDEX are found by that index") {
  Table table = *make_table(
      13, "t", {{"id", TypeKind::int4}, {"code", TypeKind::text}, {"unused", TypeKind::text}}, 1);
  table.identity = ReplicaIdentity::index;
  table.identity_index = KeyColumns{1};
  const auto shared = std::make_shared<const Table>(table);
  Mill mill(shared);
  SourceTables source({shared});
  source.insert(*shared, {"1", "a", "-"});
  (void)mill.apply(source.take_batch());
  source.update(*shared, {"1", "a", "-"}, {"2", "a", "-"});
  (void)mill.apply(source.take_batch());
  CHECK(mill.rows() == "+1 ('2', 'a')\n");
}

TEST_CASE("changes that contradict the state are broken invariants") {
  Mill mill(notes);
  SourceTables source({notes});
  source.insert(*notes, {"a", "1", "-"});
  (void)mill.apply(source.take_batch());
  SourceTables other({notes});
  other.insert(*notes, {"a", "2", "-"});
  CHECK_THROWS_AS(mill.apply(other.take_batch()), BrokenInvariant);
  other.insert(*notes, {"b", "2", "-"});
  (void)other.take_batch();
  other.erase(*notes, {"b", "2", "-"});
  CHECK_THROWS_AS(mill.apply(other.take_batch()), BrokenInvariant);
  other.update(*notes, {"a", "2", "-"}, {"c", "2", "-"});
  (void)mill.apply(other.take_batch());
  other.update(*notes, {"c", "2", "-"}, {"c", "3", "-"});
  other.insert(*notes, {"a", "5", "-"});
  (void)mill.apply(other.take_batch());
  CHECK(mill.rows() == "+1 ('a', '5')\n+1 ('c', '3')\n");
}

TEST_CASE("a schema that no longer fits applies nothing of the batch") {
  Mill mill(notes);
  SourceTables source({notes});
  source.insert(*notes, {"a", "1", "-"});
  Batch batch = source.take_batch();
  auto changed = std::make_shared<Relation>(*batch.relations[0]);
  changed->columns.pop_back();  // "id": the stream's order is reversed
  batch.relations.push_back(changed);
  batch.changes.push_back(batch.changes[0]);
  batch.changes.back().relation = 1;
  CHECK_THROWS_AS(mill.apply(batch), SchemaChanged);
  changed = std::make_shared<Relation>(*batch.relations[0]);
  changed->columns[1].type = oid_of(TypeKind::int4);
  batch.relations[1] = changed;
  CHECK_THROWS_AS(mill.apply(batch), SchemaChanged);
  batch.changes.pop_back();
  CHECK(mill.apply(batch) == 1);
  CHECK(mill.rows() == "+1 ('a', '1')\n");
}

TEST_CASE("a field that is no value of its column is a changed schema") {
  const auto table = make_table(14, "t", {{"id", TypeKind::int4}, {"unused", TypeKind::text}}, 1);
  Mill mill(table);
  SourceTables source({table});
  source.insert(*table, {"1", "-"});
  source.insert(*table, {"no number", "-"});
  CHECK_THROWS_AS(mill.apply(source.take_batch()), SchemaChanged);
  CHECK(mill.rows().empty());
  source.truncate(*table);
  source.insert(*table, {"1", "-"});
  CHECK(mill.apply(source.take_batch()) == 1);
}

TEST_CASE("changes of tables no view reads are skipped") {
  const auto other = make_table(15, "other", {{"id", TypeKind::int4}}, 1);
  Mill mill(notes);
  SourceTables source({other, notes});
  source.insert(*other, {"1"});
  source.insert(*notes, {"a", "1", "-"});
  CHECK(mill.apply(source.take_batch()) == 1);
}

}  // namespace
}  // namespace deltamill
