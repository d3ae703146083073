// The SQL of generation tables.
#include "sinks/sqlite/table_sql.h"

#include <catch2/catch.hpp>

#include "tests/unit/sinks/sink_fixture.h"

namespace deltamill {

namespace {

SinkView view(Columns columns, std::optional<KeyColumns> key) {
  return {"v", "d", std::move(columns), std::move(key), {}};
}

}  // namespace

TEST_CASE("one integer key that cannot be NULL is SQLite's row number") {
  CHECK(table_statements(
            view({column("id", TypeKind::int4), column("t", TypeKind::text, true)}, KeyColumns{0}),
            "g")
            .create == R"(CREATE TABLE "g" ("id" INTEGER PRIMARY KEY, "t" TEXT) STRICT)");
}

TEST_CASE("a key with one form per value clusters the table") {
  const SinkView pair =
      view({column("a", TypeKind::int8), column("b", TypeKind::text)}, KeyColumns{1, 0});
  CHECK(
      table_statements(pair, "g").create ==
      R"(CREATE TABLE "g" ("a" INTEGER, "b" TEXT, PRIMARY KEY ("b", "a")) STRICT, WITHOUT ROWID)");
}

TEST_CASE("keys whose equal values differ in form are kept as canonical bytes") {
  for (const Column& key : {column("k", TypeKind::int4, true), column("k", TypeKind::numeric),
                            column("k", TypeKind::float8), column("k", TypeKind::interval),
                            column("k", TypeKind::bpchar)})
    CHECK(row_identity(view({key}, KeyColumns{0})) == RowIdentity::canonical_key);
  CHECK(row_identity(view({column("n", TypeKind::int8)}, KeyColumns{})) ==
        RowIdentity::canonical_key);
  CHECK(row_identity(view({column("k", TypeKind::date)}, KeyColumns{0})) == RowIdentity::plain_key);
}

TEST_CASE("large values are not part of a clustered table") {
  const SinkView document =
      view({column("k", TypeKind::text), column("d", TypeKind::jsonb)}, KeyColumns{0});
  CHECK_THAT(table_statements(document, "g").create, Catch::EndsWith("STRICT"));
}

TEST_CASE("an index is called like no table of another view") {
  const SinkView one = {"a", "d", {column("k", TypeKind::int4)}, KeyColumns{0}, {{{0, false}}}};
  const TableStatements statements = table_statements(one, generation_table_name("a", 1));
  REQUIRE(statements.create_indexes.size() == 1);
  CHECK_THAT(statements.create_indexes[0],
             !Catch::Contains(quote_name(generation_table_name("a_1", 1))));
}

TEST_CASE("names are quoted") {
  CHECK(quote_name("a\"b") == "\"a\"\"b\"");
}

TEST_CASE("what SQLite cannot keep is refused with every reason") {
  const auto reasons = [](const SinkView& one) {
    std::string text;
    for (const StoreRefusal& refusal : refusals_of(one)) text += refusal.reason + "; ";
    return text;
  };
  CHECK(reasons(view({column("a", TypeKind::int4)}, {})).empty());
  const SinkView columns = view({column("a", TypeKind::int4), column("A", TypeKind::int4),
                                 column("Deltamill_count", TypeKind::int4)},
                                {});
  CHECK_THAT(reasons(columns), Catch::Contains("ignores case") && Catch::Contains("reserved"));
  CHECK(refusals_of(columns).at(0).column == 1);
  CHECK(refusals_of(columns).at(1).column == 2);
  CHECK_THAT(reasons(view({}, KeyColumns{})), Catch::Contains("no columns"));
  for (const char* const name : {"deltamill_store", "sqlite_foo"}) {
    SinkView reserved = view({column("a", TypeKind::int4)}, {});
    reserved.name = name;
    CHECK_THAT(reasons(reserved), Catch::Contains("begin with"));
  }
}

}  // namespace deltamill
