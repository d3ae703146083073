// Old rows under every kind of REPLICA IDENTITY, and values the change log leaves out because they
// are stored out of line and did not change.
#include <catch2/catch.hpp>

#include "tests/end_to_end/source_and_views.h"

namespace deltamill {

namespace {

const char* const rows = "SELECT id, a, b FROM t";
const char* const groups = "SELECT a, count(*) AS n, min(b) AS least FROM t GROUP BY a";

// The same changes for every identity; `id` may be a key or not.
void change_and_compare(SourceAndViews& scene) {
  scene.add_view("all_rows", rows);
  scene.add_view("groups", groups);
  scene.execute("INSERT INTO t SELECT n, n, n % 3, 'row ' || n FROM generate_series(1, 20) n");
  scene.service.start();
  REQUIRE(scene.differences() == "");
  for (const char* const change :
       {"INSERT INTO t VALUES (21, 21, NULL, NULL)", "UPDATE t SET a = 7 WHERE id < 5",
        "UPDATE t SET b = b", "UPDATE t SET id = id + 100 WHERE id > 15",
        "UPDATE t SET a = NULL, b = 'x' WHERE id = 3", "DELETE FROM t WHERE a = 7",
        "DELETE FROM t WHERE b IS NULL", "INSERT INTO t VALUES (1, 1, 1, ''), (2, 2, 1, '')",
        "BEGIN; DELETE FROM t WHERE id = 1; INSERT INTO t VALUES (1, 1, 2, 'again'); COMMIT"}) {
    CAPTURE(change);
    scene.execute(change);
    REQUIRE(scene.differences() == "");
  }
}

}  // namespace

TEST_CASE("replica identity default: old rows come from the key alone") {
  SourceAndViews scene("CREATE TABLE t (id int PRIMARY KEY, u int NOT NULL, a int, b text)");
  change_and_compare(scene);
}

TEST_CASE("replica identity full: old rows come whole") {
  SourceAndViews scene(
      "CREATE TABLE t (id int PRIMARY KEY, u int NOT NULL, a int, b text);"
      "ALTER TABLE t REPLICA IDENTITY FULL");
  change_and_compare(scene);
}

TEST_CASE("replica identity using index: old rows come from the columns of that index") {
  SourceAndViews scene(
      "CREATE TABLE t (id int PRIMARY KEY, u int NOT NULL, a int, b text);"
      "CREATE UNIQUE INDEX by_u ON t (u); ALTER TABLE t REPLICA IDENTITY USING INDEX by_u");
  change_and_compare(scene);
  scene.execute("UPDATE t SET u = u + 1000");
  REQUIRE(scene.differences() == "");
}

TEST_CASE("a table without a key under replica identity full is a multiset") {
  SourceAndViews scene(
      "CREATE TABLE t (id int, u int, a int, b text); ALTER TABLE t REPLICA IDENTITY FULL");
  change_and_compare(scene);
  scene.execute(
      "INSERT INTO t SELECT 5, 5, 1, 'same' FROM generate_series(1, 4);"
      "INSERT INTO t SELECT NULL FROM generate_series(1, 3)");
  REQUIRE(scene.differences() == "");
  scene.execute("DELETE FROM t WHERE ctid IN (SELECT ctid FROM t WHERE b = 'same' LIMIT 1)");
  REQUIRE(scene.differences() == "");
  scene.execute("DELETE FROM t WHERE ctid IN (SELECT ctid FROM t WHERE id IS NULL LIMIT 2)");
  REQUIRE(scene.differences() == "");
  scene.service.kill();
  scene.execute(
      "UPDATE t SET a = a + 1 WHERE ctid IN (SELECT ctid FROM t WHERE b = 'same' LIMIT 2)");
  scene.service.start();
  REQUIRE(scene.differences() == "");
}

TEST_CASE("unchanged values stored out of line are kept") {
  const std::string identity = GENERATE(as<std::string>{}, "DEFAULT", "FULL", "USING INDEX by_u");
  CAPTURE(identity);
  SourceAndViews scene(
      "CREATE TABLE t (id int PRIMARY KEY, u int NOT NULL, a int, b text);"
      "CREATE UNIQUE INDEX by_u ON t (u); ALTER TABLE t ALTER COLUMN b SET STORAGE EXTERNAL;"
      "ALTER TABLE t REPLICA IDENTITY " +
      identity +
      ";INSERT INTO t SELECT n, n, n, repeat('long ' || n, 2000) FROM "
      "generate_series(1, 5) n");
  scene.add_view("all_rows", rows);
  scene.add_view("lengths", "SELECT id, length(b) AS size, md5(b) AS digest FROM t");
  scene.service.start();
  REQUIRE(scene.differences() == "");
  for (const char* const change :
       {"UPDATE t SET a = a + 1", "UPDATE t SET b = b", "UPDATE t SET b = b || 'x' WHERE id = 2",
        "UPDATE t SET id = id + 10", "UPDATE t SET id = 99, u = 99, a = NULL WHERE id = 11",
        "BEGIN; UPDATE t SET a = 1; UPDATE t SET id = id + 1000; UPDATE t SET a = 2; COMMIT",
        "BEGIN; INSERT INTO t VALUES (1, 1, 1, repeat('new', 3000)); UPDATE t SET a = 5 WHERE id = "
        "1; UPDATE t SET id = 2 WHERE id = 1; COMMIT",
        "DELETE FROM t WHERE id > 1010"}) {
    CAPTURE(change);
    scene.execute(change);
    REQUIRE(scene.differences() == "");
  }
  scene.execute("UPDATE t SET a = -1");
  scene.service.kill();
  scene.execute("UPDATE t SET a = -2, id = id + 1");
  scene.service.start();
  REQUIRE(scene.differences() == "");
}

TEST_CASE("a key that is itself stored out of line") {
  SourceAndViews scene(
      "CREATE TABLE t (id text PRIMARY KEY, a int); ALTER TABLE t ALTER COLUMN id SET STORAGE "
      "EXTERNAL; INSERT INTO t SELECT repeat(n::text, 2500), n FROM generate_series(1, 4) n");
  scene.add_view("keys", "SELECT md5(id) AS digest, a, id FROM t");
  scene.service.start();
  REQUIRE(scene.differences() == "");
  for (const char* const change :
       {"UPDATE t SET a = a + 1", "UPDATE t SET id = id || 'x' WHERE a = 2", "UPDATE t SET id = id",
        "DELETE FROM t WHERE a = 3"}) {
    CAPTURE(change);
    scene.execute(change);
    REQUIRE(scene.differences() == "");
  }
}

}  // namespace deltamill
