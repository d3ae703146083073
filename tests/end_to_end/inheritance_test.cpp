// Tables that inherit from others: a SELECT of the parent reads the children's rows, which views do
// not do in this version, so that only ONLY is followed.
#include <catch2/catch.hpp>

#include "tests/end_to_end/source_and_views.h"

namespace deltamill {

namespace {

const char* const family =
    "CREATE TABLE cities (id int PRIMARY KEY, name text, people int);"
    "CREATE TABLE capitals (state text, PRIMARY KEY (id)) INHERITS (cities);"
    "INSERT INTO cities VALUES (1, 'Bonn', 3), (2, 'Ulm', 1);"
    "INSERT INTO capitals VALUES (10, 'Kiel', 2, 'SH'), (11, 'Mainz', 2, 'RP')";

const char* const one_table =
    "CREATE TABLE cities (id int PRIMARY KEY, name text, people int);"
    "CREATE TABLE rivers (id int PRIMARY KEY, name text);"
    "INSERT INTO cities VALUES (1, 'Bonn', 3), (2, 'Ulm', 1); INSERT INTO rivers VALUES (1, "
    "'Rhein')";

std::string reason(SourceAndViews& scene, const std::string& view) {
  return scene.service.view_status(view).at("reason").get<std::string>();
}

}  // namespace

TEST_CASE(
    "a view on a table that others inherit from is refused, and what is written instead works") {
  SourceAndViews scene(family);
  scene.project.write_view("people", "SELECT id, people\nFROM cities");
  const Outcome refused = scene.project.command({"check"});
  REQUIRE(refused.exit_code == 78);
  CHECK(refused.messages.find(
            "people.sql:2:6: error: table public.cities is inherited by public.capitals, whose "
            "rows are not read in this version [unsupported_sql]") != std::string::npos);
  CHECK(refused.messages.find("hint: write ONLY cities") != std::string::npos);
  REQUIRE(scene.project.command({"run", "--once"}).exit_code == 78);

  scene.project.write_view("people",
                           "SELECT id, people FROM ONLY cities UNION ALL SELECT id, people FROM "
                           "capitals");
  scene.oracle->declare("people", "SELECT id, people FROM cities");
  scene.service.start();
  REQUIRE(scene.differences() == "");
  scene.execute("UPDATE cities SET people = people + 1; DELETE FROM cities WHERE id IN (1, 10)");
  REQUIRE(scene.differences() == "");
}

TEST_CASE("ONLY follows a parent's own rows, whatever its children do") {
  SourceAndViews scene(family);
  scene.add_view("own", "SELECT id, name, people FROM ONLY cities");
  scene.add_view("total", "SELECT count(*) AS n, sum(people) AS people FROM ONLY public.cities c");
  scene.add_view("capitals_alone", "SELECT id, name, state FROM capitals");
  scene.service.start();
  REQUIRE(scene.differences() == "");
  for (const char* const change :
       {"UPDATE cities SET people = people + 1", "INSERT INTO capitals VALUES (12, 'Erfurt', 4)",
        "INSERT INTO cities VALUES (3, 'Jena', 2)", "DELETE FROM cities WHERE id IN (2, 11)",
        "UPDATE cities SET id = id + 100, name = 'new'", "TRUNCATE ONLY cities",
        "CREATE TABLE villages () INHERITS (cities); INSERT INTO villages VALUES (50, 'Au', 1)",
        "INSERT INTO cities VALUES (4, 'Trier', 5)", "TRUNCATE cities",
        "INSERT INTO cities VALUES (5, 'Worms', 6)", "DROP TABLE villages"}) {
    CAPTURE(change);
    scene.execute(change);
    REQUIRE(scene.differences() == "");
  }
  scene.service.kill();
  scene.execute("UPDATE cities SET people = 7; INSERT INTO capitals VALUES (13, 'Bremen', 1)");
  scene.service.start();
  REQUIRE(scene.differences() == "");
  REQUIRE(scene.project.command({"verify", "--all"}).exit_code == 0);
}

TEST_CASE("a view stops when another table comes to inherit from its table") {
  SourceAndViews scene(one_table);
  scene.project.write_view("people", "SELECT id, people FROM cities");
  scene.project.write_view("counted", "SELECT count(*) AS n FROM people");
  scene.add_view("own", "SELECT id, name FROM ONLY cities");
  scene.add_view("water", "SELECT id, name FROM rivers");
  scene.service.start();
  REQUIRE(scene.differences() == "");
  REQUIRE(scene.service.rows("people", scene.session->position()).rows.size() == 2);

  SECTION("by CREATE TABLE") {
    scene.execute("CREATE TABLE towns () INHERITS (cities); INSERT INTO towns VALUES (9, 'Au', 1)");
  }
  SECTION("by ALTER TABLE") {
    scene.execute(
        "CREATE TABLE towns (LIKE cities); INSERT INTO towns VALUES (9, 'Au', 1);"
        "ALTER TABLE towns INHERIT cities");
  }
  scene.service.wait_for_condition("people", "stale");
  scene.service.wait_for_condition("counted", "stale");
  CHECK(
      reason(scene, "people") ==
      "table public.cities is inherited by public.towns, whose rows are not read in this version; "
      "write ONLY public.cities, or end the inheritance and rebuild the view");
  CHECK(scene.service.rows("people", "").rows.size() == 2);
  scene.execute("UPDATE cities SET people = 0; INSERT INTO rivers VALUES (2, 'Mosel')");
  REQUIRE(scene.differences() == "");
  CHECK(scene.service.view_status("water").at("condition") == "live");

  const Outcome too_early = scene.project.command({"rebuild", "people", "--wait"});
  REQUIRE(too_early.exit_code == 1);
  CHECK(too_early.messages.find("is inherited by public.towns") != std::string::npos);
  CHECK(scene.service.view_status("people").at("condition") == "stale");

  REQUIRE(scene.service.stop() == 0);
  const Outcome restarted = scene.project.command({"run"});
  REQUIRE(restarted.exit_code == 78);
  CHECK(restarted.messages.find("table public.cities is inherited by public.towns") !=
        std::string::npos);
  scene.execute("ALTER TABLE towns NO INHERIT cities");
  scene.oracle->declare("people", "SELECT id, people FROM cities");
  scene.oracle->declare("counted", "SELECT count(*) AS n FROM cities");
  scene.service.start();
  REQUIRE(scene.differences() == "");
}

TEST_CASE("a rebuild takes the view up again once the child is gone") {
  SourceAndViews scene(one_table);
  scene.add_view("people", "SELECT id, people FROM cities");
  scene.service.start();
  REQUIRE(scene.differences() == "");
  scene.execute("CREATE TABLE towns () INHERITS (cities); INSERT INTO towns VALUES (9, 'Au', 1)");
  scene.service.wait_for_condition("people", "stale");
  // No view follows the source any more, and nobody waits for one.
  const Outcome compared = scene.project.command({"verify", "people"});
  CHECK(compared.exit_code == 1);
  CHECK(compared.messages.find("the view is stale (") != std::string::npos);
  CHECK(compared.messages.find("run `deltamill rebuild people`") != std::string::npos);
  scene.execute("DROP TABLE towns; UPDATE cities SET people = people + 1");
  const Outcome rebuilt = scene.project.command({"rebuild", "people", "--wait"});
  INFO(rebuilt.messages);
  REQUIRE(rebuilt.exit_code == 0);
  REQUIRE(scene.differences() == "");
}

TEST_CASE("children that a view does not lack stop nothing") {
  SourceAndViews scene(one_table);
  scene.add_view("people", "SELECT id, people FROM cities");
  scene.add_view("water", "SELECT id, name FROM rivers");
  scene.service.start();
  REQUIRE(scene.differences() == "");
  // A temporary child is seen by its own session alone; rivers becomes a child itself.
  scene.execute(
      "CREATE TEMP TABLE mine () INHERITS (cities); CREATE TABLE waters (id int, name text);"
      "ALTER TABLE rivers INHERIT waters; CREATE TABLE towns () INHERITS (waters)");
  // A child of another table, seen later than those by the same watch, shows that it has looked.
  scene.execute("CREATE TABLE lakes () INHERITS (rivers)");
  scene.service.wait_for_condition("water", "stale");
  CHECK(scene.service.view_status("people").at("condition") == "live");
  REQUIRE(scene.project.command({"verify", "people"}).exit_code == 0);
}

}  // namespace deltamill
