// What an owner does to the tables while views follow them, as far as no view uses it.
#include <catch2/catch.hpp>

#include "tests/end_to_end/source_and_views.h"

namespace deltamill {

namespace {

const char* const schema =
    "CREATE TABLE t (id int PRIMARY KEY, v int, spare text, u int NOT NULL UNIQUE); INSERT INTO t "
    "SELECT n, n % 4, 'x', n FROM generate_series(1, 50) n";

}  // namespace

TEST_CASE("maintenance that announces a table again changes nothing") {
  SourceAndViews scene(schema);
  scene.add_view("plain", "SELECT id, v FROM t");
  scene.add_view("groups", "SELECT v, count(*) AS n FROM t GROUP BY v");
  scene.service.start();
  REQUIRE(scene.differences() == "");
  for (const char* const maintenance :
       {"VACUUM FULL t", "ANALYZE t", "CREATE INDEX ON t (v)", "CREATE ROLE reader_of_t",
        "GRANT SELECT ON t TO PUBLIC", "ALTER TABLE t ALTER COLUMN v SET DEFAULT 7",
        "ALTER TABLE t ADD CONSTRAINT small CHECK (v < 1000)", "CLUSTER t USING t_pkey"}) {
    CAPTURE(maintenance);
    scene.execute(maintenance);
    scene.execute("UPDATE t SET v = v + 1 WHERE id % 5 = 0");
    REQUIRE(scene.differences() == "");
  }
  scene.execute("DROP ROLE reader_of_t");
  REQUIRE(scene.service.running());
}

TEST_CASE("the replica identity is changed while the service runs") {
  SourceAndViews scene(schema);
  scene.add_view("plain", "SELECT id, v, u FROM t");
  scene.service.start();
  REQUIRE(scene.differences() == "");
  for (const char* const identity : {"FULL", "DEFAULT", "FULL", "DEFAULT"}) {
    CAPTURE(identity);
    scene.execute(std::string("ALTER TABLE t REPLICA IDENTITY ") + identity);
    scene.execute(
        "UPDATE t SET v = v + 1 WHERE id % 5 = 0; UPDATE t SET id = id + 100, u = u + 100 "
        "WHERE id % 7 = 0; DELETE FROM t WHERE id = (SELECT max(id) FROM t)");
    REQUIRE(scene.differences() == "");
  }
  scene.service.kill();
  scene.execute("ALTER TABLE t REPLICA IDENTITY FULL; UPDATE t SET v = 0 WHERE id < 10");
  scene.service.start();
  REQUIRE(scene.differences() == "");
}

TEST_CASE("a replica identity that no longer sends the key stops the view until a restart") {
  SourceAndViews scene(schema);
  scene.add_view("plain", "SELECT id, v, u FROM t");
  scene.service.start();
  REQUIRE(scene.differences() == "");
  scene.execute(
      "ALTER TABLE t REPLICA IDENTITY USING INDEX t_u_key; UPDATE t SET v = 77 WHERE id = 1");
  scene.service.wait_for_condition("plain", "stale");
  REQUIRE(scene.service.rows("plain", "").rows.size() == 50);
  REQUIRE(scene.service.stop() == 0);
  scene.service.start();
  REQUIRE(scene.differences() == "");
  scene.execute("UPDATE t SET u = u + 100; UPDATE t SET id = id + 100 WHERE v = 77");
  REQUIRE(scene.differences() == "");
}

TEST_CASE("a column is added that no view uses") {
  SourceAndViews scene(schema);
  scene.add_view("plain", "SELECT id, v FROM t");
  scene.service.start();
  REQUIRE(scene.differences() == "");
  scene.execute("ALTER TABLE t ADD COLUMN added int DEFAULT 5");
  scene.execute(
      "UPDATE t SET added = 6, v = 9 WHERE id = 3; INSERT INTO t VALUES (60, 1, 'y', 60, 1)");
  REQUIRE(scene.differences() == "");
  scene.service.kill();
  scene.execute("UPDATE t SET v = 8 WHERE id = 4");
  scene.service.start();
  REQUIRE(scene.differences() == "");
}

TEST_CASE("a column is dropped that no view uses") {
  SourceAndViews scene(schema);
  scene.add_view("plain", "SELECT id, v FROM t");
  scene.service.start();
  REQUIRE(scene.differences() == "");
  scene.execute(
      "BEGIN; UPDATE t SET v = 5 WHERE id = 1; ALTER TABLE t DROP COLUMN spare; UPDATE t SET "
      "v = 6 WHERE id = 2; COMMIT");
  REQUIRE(scene.differences() == "");
  scene.service.kill();
  scene.execute("DELETE FROM t WHERE id = 4");
  scene.service.start();
  REQUIRE(scene.differences() == "");
}

TEST_CASE("columns of domains and enums") {
  SourceAndViews scene(
      "CREATE DOMAIN positive AS int CHECK (VALUE > 0); CREATE DOMAIN label AS varchar(5);"
      "CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');"
      "CREATE TABLE t (id positive PRIMARY KEY, name label, mood mood);"
      "INSERT INTO t VALUES (1, 'a', 'ok'), (2, 'b', 'sad'), (3, NULL, NULL)");
  scene.add_view("plain", "SELECT id, name, mood FROM t");
  scene.add_view("moods", "SELECT mood, count(*) AS n, max(name) AS last FROM t GROUP BY mood");
  scene.add_view("best", "SELECT max(mood) AS best, min(mood) AS worst FROM t");
  scene.service.start();
  REQUIRE(scene.differences() == "");
  std::vector<std::string> types;
  const auto catalogue = nlohmann::json::parse(scene.service.get("/v1/views").body);
  for (const auto& view : catalogue.at("views"))
    if (view.at("name") == "plain")
      for (const auto& column : view.at("columns")) types.push_back(column.at("type"));
  REQUIRE(types == std::vector<std::string>{"integer", "character varying(5)", "mood"});
  scene.execute(
      "UPDATE t SET mood = 'happy', name = 'zz' WHERE id = 2; INSERT INTO t VALUES (4, 'c', "
      "'sad')");
  REQUIRE(scene.differences() == "");
  scene.service.kill();
  scene.service.start();
  scene.execute("DELETE FROM t WHERE mood = 'happy'");
  REQUIRE(scene.differences() == "");
}

}  // namespace deltamill
