// What a transaction may do between BEGIN and COMMIT, and that a view shows all of it or nothing.
#include <catch2/catch.hpp>

#include "tests/end_to_end/source_and_views.h"

namespace deltamill {

namespace {

const char* const schema =
    "CREATE TABLE a (id int PRIMARY KEY, v int); CREATE TABLE b (id int PRIMARY KEY, a_id int "
    "REFERENCES a ON DELETE CASCADE, v numeric(10,2)); CREATE TABLE c (id int PRIMARY KEY, v text);"
    "INSERT INTO a SELECT n, n * 10 FROM generate_series(1, 10) n;"
    "INSERT INTO b SELECT n, n % 10 + 1, n / 4.0 FROM generate_series(1, 40) n;"
    "INSERT INTO c VALUES (1, 'one'), (2, 'two')";

void add_views(SourceAndViews& scene) {
  scene.add_view("a_rows", "SELECT id, v FROM a");
  scene.add_view("joined",
                 "SELECT b.id, a.id AS a_id, a.v AS a_v, b.v FROM a JOIN b ON b.a_id = a.id");
  scene.add_view("totals",
                 "SELECT a.id, count(b.id) AS n, sum(b.v) AS total FROM a LEFT JOIN b ON "
                 "b.a_id = a.id GROUP BY a.id");
  scene.add_view("everything", "SELECT count(*) AS n, max(v) AS most FROM c");
}

}  // namespace

TEST_CASE("keys move, swap and return within one transaction") {
  SourceAndViews scene(schema);
  add_views(scene);
  scene.service.start();
  REQUIRE(scene.differences() == "");
  for (const char* const change :
       {"BEGIN; UPDATE c SET id = 99 WHERE id = 1; UPDATE c SET id = 1 WHERE id = 2; UPDATE c SET "
        "id = 2 WHERE id = 99; COMMIT",
        "BEGIN; UPDATE b SET id = 1000 WHERE id = 1; UPDATE b SET id = 1 WHERE id = 2; UPDATE b "
        "SET "
        "id = 2 WHERE id = 1000; DELETE FROM b WHERE id = 3; INSERT INTO b VALUES (3, 1, 3.33); "
        "COMMIT",
        "UPDATE b SET id = id + 5000",
        "BEGIN; DELETE FROM b WHERE id = 5010; INSERT INTO b VALUES (5010, 2, 0); UPDATE b SET id "
        "= 7 WHERE id = 5010; COMMIT",
        "BEGIN; INSERT INTO c VALUES (50, 'x'); UPDATE c SET v = 'y' WHERE id = 50; DELETE FROM c "
        "WHERE id = 50; COMMIT"}) {
    CAPTURE(change);
    scene.execute(change);
    REQUIRE(scene.differences() == "");
  }
}

TEST_CASE("one transaction over several tables, with a savepoint rolled back") {
  SourceAndViews scene(schema);
  add_views(scene);
  scene.service.start();
  scene.execute(
      "BEGIN; INSERT INTO a VALUES (11, 1); INSERT INTO b VALUES (41, 11, 1); UPDATE c SET v = "
      "'three'; SAVEPOINT s; DELETE FROM a; INSERT INTO c VALUES (7, 'gone'); ROLLBACK TO s; "
      "UPDATE a SET v = -1 WHERE id = 1; COMMIT");
  REQUIRE(scene.differences() == "");
  scene.execute("BEGIN; DELETE FROM c; DELETE FROM a WHERE id < 3; ROLLBACK");
  REQUIRE(scene.differences() == "");
  scene.execute("DELETE FROM a WHERE id < 3");
  REQUIRE(scene.differences() == "");
}

TEST_CASE("updates that change nothing") {
  SourceAndViews scene(schema);
  add_views(scene);
  scene.service.start();
  scene.execute("UPDATE a SET v = v; UPDATE b SET v = v, a_id = a_id; UPDATE c SET id = id");
  REQUIRE(scene.differences() == "");
  scene.execute("INSERT INTO a VALUES (1, 5) ON CONFLICT DO NOTHING");
  scene.execute("INSERT INTO a VALUES (1, 5) ON CONFLICT (id) DO UPDATE SET v = EXCLUDED.v");
  REQUIRE(scene.differences() == "");
}

TEST_CASE("TRUNCATE alone, of several tables, with CASCADE, and between other changes") {
  SourceAndViews scene(schema);
  add_views(scene);
  scene.service.start();
  REQUIRE(scene.differences() == "");
  for (const char* const change :
       {"TRUNCATE c", "INSERT INTO c VALUES (1, 'back')",
        "BEGIN; INSERT INTO c VALUES (2, 'gone'); TRUNCATE c; INSERT INTO c VALUES (3, 'stays'); "
        "COMMIT",
        "BEGIN; UPDATE a SET v = 0; TRUNCATE b; INSERT INTO b VALUES (1, 1, 1), (2, 1, 2); DELETE "
        "FROM b WHERE id = 1; COMMIT",
        "BEGIN; TRUNCATE c; ROLLBACK", "TRUNCATE a CASCADE",
        "INSERT INTO a VALUES (1, 1); INSERT INTO b VALUES (1, 1, 1)", "TRUNCATE a, b, c"}) {
    CAPTURE(change);
    scene.execute(change);
    REQUIRE(scene.differences() == "");
  }
  scene.execute("TRUNCATE a, b, c; INSERT INTO a VALUES (5, 5)");
  scene.service.kill();
  scene.execute("BEGIN; TRUNCATE a CASCADE; INSERT INTO a VALUES (6, 6); COMMIT");
  scene.service.start();
  REQUIRE(scene.differences() == "");
}

}  // namespace deltamill
