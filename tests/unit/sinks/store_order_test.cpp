// deltamill_key: PostgreSQL's order of stored forms.
#include "sinks/sqlite/store_order.h"

#include <catch2/catch.hpp>

#include "tests/unit/sinks/sink_fixture.h"

namespace deltamill {

namespace {

// SQL literals in the order of their keys.
std::string ordered(const std::string& kind, const std::string& values) {
  Database database(":memory:", Database::Mode::read_write_create);
  offer_store_order(database);
  Statement statement =
      database.prepare("SELECT group_concat(v, ' ') FROM (SELECT column1 AS v FROM (VALUES " +
                       values + ") ORDER BY deltamill_key('" + kind + "', column1))");
  statement.step();
  return std::string(statement.text(0));
}

}  // namespace

TEST_CASE("stored numerics, times and reals sort as in PostgreSQL") {
  CHECK(ordered("numeric", "('10'), ('9.5'), ('-3'), ('NaN'), ('-20'), ('Infinity')") ==
        "-20 -3 9.5 10 Infinity NaN");
  CHECK(ordered("date", "('2024-05-01'), ('0044-03-15 BC'), ('infinity'), ('10000-01-01')") ==
        "0044-03-15 BC 2024-05-01 10000-01-01 infinity");
  CHECK(ordered("timestamp",
                "('2024-05-01T12:00:00.5'), ('2024-05-01T12:00:00'), ('0044-03-15T01:02:03 BC'), "
                "('-infinity')") ==
        "-infinity 0044-03-15T01:02:03 BC 2024-05-01T12:00:00 2024-05-01T12:00:00.5");
  CHECK(ordered("timestamptz", "('2024-05-01T12:00:00+00:00'), ('2023-05-01T12:00:00.25+00:00')") ==
        "2023-05-01T12:00:00.25+00:00 2024-05-01T12:00:00+00:00");
  CHECK(ordered("interval", "('1 mon'), ('29 days'), ('-1 days'), ('800:00:00')") ==
        "-1 days 29 days 1 mon 800:00:00");
  CHECK(ordered("float8", "(2.5), ('NaN'), (-1e300), (10)") == "-1.0e+300 2.5 10 NaN");
}

TEST_CASE("NULL stays NULL") {
  Database database(":memory:", Database::Mode::read_write_create);
  offer_store_order(database);
  Statement statement = database.prepare("SELECT deltamill_key('numeric', NULL)");
  REQUIRE(statement.step());
  CHECK(statement.is_null(0));
}

TEST_CASE("what is no value of the kind, and unknown kinds, are errors") {
  Database database(":memory:", Database::Mode::read_write_create);
  offer_store_order(database);
  CHECK_THROWS_AS(database.prepare("SELECT deltamill_key('numeric', 'abc')").step(), SqliteError);
  CHECK_THROWS_AS(database.prepare("SELECT deltamill_key('money', '1')").step(), SqliteError);
}

TEST_CASE("each type whose stored form does not sort right has a kind") {
  CHECK(order_kind(TypeKind::numeric) == "numeric");
  CHECK(order_kind(TypeKind::timestamptz) == "timestamptz");
  CHECK(order_kind(TypeKind::int4).empty());
  CHECK(order_kind(TypeKind::enumeration).empty());
}

}  // namespace deltamill
