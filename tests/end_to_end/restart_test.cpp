// The process and the server end in every way there is; afterwards the views go on where they were.
#include <catch2/catch.hpp>
#include <thread>

#include "tests/end_to_end/source_and_views.h"
#include "tests/support/store_file.h"

namespace deltamill {

namespace {

const char* const schema =
    "CREATE TABLE t (id int PRIMARY KEY, g int, v numeric); CREATE TABLE later (id int PRIMARY "
    "KEY, "
    "note text); INSERT INTO t SELECT n, n % 7, n / 3.0 FROM generate_series(1, 500) n;"
    "INSERT INTO later VALUES (1, 'before')";

void add_views(SourceAndViews& scene) {
  scene.add_view("plain", "SELECT id, g, v FROM t");
  scene.add_view("sums", "SELECT g, sum(v) AS total, count(*) AS n FROM t GROUP BY g");
}

}  // namespace

TEST_CASE("a clean stop and a start lose nothing and repeat nothing") {
  SourceAndViews scene(schema);
  add_views(scene);
  scene.service.start();
  REQUIRE(scene.differences() == "");
  scene.execute("UPDATE t SET v = v + 1 WHERE g = 3");
  REQUIRE(scene.service.stop() == 0);
  REQUIRE_FALSE(std::filesystem::exists(scene.project.state() / "run.json"));
  scene.execute("DELETE FROM t WHERE g = 2; INSERT INTO t VALUES (1000, 2, 5)");
  scene.service.start();
  REQUIRE(scene.differences() == "");
  REQUIRE(scene.service.stop() == 0);
}

TEST_CASE("after SIGKILL the views go on, also twice in a row") {
  SourceAndViews scene(schema);
  add_views(scene);
  scene.service.start();
  scene.execute("UPDATE t SET g = 0 WHERE id < 100");
  scene.service.kill();
  scene.execute("DELETE FROM t WHERE id BETWEEN 50 AND 60");
  scene.service.launch();
  scene.service.kill();
  scene.service.start();
  REQUIRE(scene.differences() == "");
}

TEST_CASE("SIGKILL before the first load is done") {
  SourceAndViews scene(schema);
  add_views(scene);
  for (const int delay_ms : {5, 20, 40, 60, 80, 100, 130}) {
    scene.service.launch();
    (void)scene.service.process().wait(std::chrono::milliseconds(delay_ms));
    scene.service.kill();
    scene.execute("UPDATE t SET v = v + 1 WHERE id = " + std::to_string(delay_ms));
  }
  scene.service.start();
  REQUIRE(scene.differences() == "");
}

TEST_CASE("PostgreSQL crashes and comes back under a running service") {
  SourceAndViews scene(schema);
  add_views(scene);
  scene.service.start();
  REQUIRE(scene.differences() == "");
  scene.execute("UPDATE t SET v = 0 WHERE g = 1");
  SourceAndViews::cluster().stop(StopMode::immediate);
  const ViewRows served = scene.service.rows("sums", "");
  REQUIRE(served.rows.size() == 7);
  SourceAndViews::cluster().start();
  scene.reconnect();
  scene.execute("INSERT INTO t VALUES (2000, 1, 42)");
  REQUIRE(scene.differences() == "");
  REQUIRE(scene.service.running());
  const std::string trace = scene.service.trace();
  REQUIRE(trace.find("event=source.connected") != trace.rfind("event=source.connected"));
}

TEST_CASE("a fast shutdown of PostgreSQL does not wait for an idle service") {
  SourceAndViews scene(schema);
  add_views(scene);
  scene.service.start();
  scene.execute("UPDATE t SET v = 0 WHERE g = 1");
  REQUIRE(scene.differences() == "");
  std::this_thread::sleep_for(std::chrono::seconds(1));
  const auto took = SourceAndViews::cluster().stop(StopMode::fast);
  SourceAndViews::cluster().start();
  REQUIRE(took < std::chrono::seconds(8));  // it would wait for the next status, or for ever
  scene.reconnect();
  scene.execute("UPDATE t SET v = 1 WHERE g = 1");
  REQUIRE(scene.differences() == "");
}

TEST_CASE("views added and changed between two runs") {
  SourceAndViews scene(schema);
  add_views(scene);
  scene.service.start();
  REQUIRE(scene.differences() == "");
  scene.execute("UPDATE t SET v = v * 2 WHERE g = 5");
  REQUIRE(scene.service.stop() == 0);

  scene.add_view("known_table", "SELECT g, max(v) AS most FROM t GROUP BY g HAVING count(*) > 1");
  scene.add_view("new_table", "SELECT l.id, l.note, t.v FROM later l LEFT JOIN t ON t.id = l.id");
  scene.oracle->forget("sums");
  scene.add_view("sums", "SELECT g, sum(v) + 1 AS total FROM t WHERE id > 10 GROUP BY g");
  scene.execute("INSERT INTO later VALUES (2, 'while stopped')");
  scene.service.start();
  REQUIRE(scene.differences() == "");
  scene.execute("INSERT INTO later VALUES (3, 'running'); DELETE FROM t WHERE id = 2");
  REQUIRE(scene.differences() == "");
  scene.service.kill();
  scene.service.start();
  scene.execute("UPDATE later SET note = note || '!'");
  REQUIRE(scene.differences() == "");
}

TEST_CASE("a new table joins while others write to it") {
  SourceAndViews scene(schema);
  add_views(scene);
  scene.service.start();
  REQUIRE(scene.differences() == "");
  REQUIRE(scene.service.stop() == 0);
  SqlSession open(scene.url);
  open.execute("BEGIN; INSERT INTO later VALUES (10, 'open'); INSERT INTO t VALUES (3000, 1, 1)");
  scene.add_view("new_table", "SELECT id, note FROM later");
  scene.service.launch();
  for (int id = 20; id < 30; ++id) {
    scene.execute("INSERT INTO later VALUES (" + std::to_string(id) + ", 'meanwhile')");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  open.execute("INSERT INTO later VALUES (11, 'still open'); COMMIT");
  scene.service.wait_until_listening();
  REQUIRE(scene.differences() == "");
}

TEST_CASE("a lost slot is a gap, and the views are built anew") {
  SourceAndViews scene(schema);
  add_views(scene);
  scene.service.start();
  REQUIRE(scene.differences() == "");
  REQUIRE(scene.service.stop() == 0);
  const bool made_again = GENERATE(false, true);
  scene.drop_slot();
  scene.execute("DELETE FROM t WHERE g = 4; UPDATE t SET v = 9 WHERE id = 3");
  if (made_again)
    scene.execute("SELECT pg_create_logical_replication_slot(" + quoted(scene.project.slot()) +
                  ", 'pgoutput')");
  scene.service.start();
  REQUIRE(scene.differences() == "");
  REQUIRE(scene.service.trace().find("event=source.gap") != std::string::npos);
  scene.execute("INSERT INTO t VALUES (4000, 4, 4)");
  REQUIRE(scene.differences() == "");
}

TEST_CASE("on_gap: stop ends the service instead") {
  SourceAndViews scene(schema);
  add_views(scene);
  scene.project.configure("", "  on_gap: stop\n");
  scene.service.start();
  REQUIRE(scene.differences() == "");
  REQUIRE(scene.service.stop() == 0);
  scene.drop_slot();
  scene.service.launch();
  const std::optional<int> exit_code = scene.service.process().wait(std::chrono::seconds(20));
  REQUIRE(exit_code == 1);
}

TEST_CASE("run --once ends when the views have reached the present") {
  SourceAndViews scene(schema);
  add_views(scene);
  const Outcome first = scene.project.command({"run", "--once"});
  INFO(first.messages);
  REQUIRE(first.exit_code == 0);
  REQUIRE(first.output.empty());
  REQUIRE(StoreFile(scene.project).count("plain") == 500);
  scene.execute("DELETE FROM t WHERE id > 100");
  REQUIRE(scene.project.command({"run", "--once"}).exit_code == 0);
  REQUIRE(StoreFile(scene.project).count("plain") == 100);
}

TEST_CASE("run --once waits for views that are loaded anew beside their old rows") {
  SourceAndViews scene(schema);
  add_views(scene);
  REQUIRE(scene.project.command({"run", "--once"}).exit_code == 0);
  scene.project.remove_view("sums");
  REQUIRE(scene.project.command({"run", "--once"}).exit_code == 0);
  scene.execute("DELETE FROM t WHERE id > 100");
  scene.project.write_view("sums", "SELECT g, sum(v) AS total, count(*) AS n FROM t GROUP BY g");
  REQUIRE(scene.project.command({"run", "--once"}).exit_code == 0);
  StoreFile store(scene.project);
  REQUIRE(store.frontier("sums") == store.frontier("plain"));
  REQUIRE(scene.session->value("SELECT count(DISTINCT g) FROM t") ==
          std::to_string(store.count("sums")));
}

TEST_CASE("run --once fails when a view stops on the way") {
  SourceAndViews scene(
      "CREATE TABLE t (id int PRIMARY KEY, name text); INSERT INTO t VALUES (1, 'a')");
  scene.project.write_view("named", "/* deltamill\nkey: [name]\n*/\nSELECT name, id FROM t");
  REQUIRE(scene.project.command({"run", "--once"}).exit_code == 0);
  scene.execute("INSERT INTO t VALUES (2, 'a')");
  const Outcome outcome = scene.project.command({"run", "--once"});
  INFO(outcome.messages);
  REQUIRE(outcome.exit_code == 1);
  REQUIRE(outcome.messages.find("two rows have the key") != std::string::npos);
}

TEST_CASE("run --until stops every view exactly at a frontier") {
  SourceAndViews scene(schema);
  add_views(scene);
  REQUIRE(scene.project.command({"run", "--once"}).exit_code == 0);
  scene.execute("DELETE FROM t WHERE id > 400");
  const std::string middle = scene.session->position();
  scene.execute("DELETE FROM t WHERE id > 100");
  const Outcome until = scene.project.command({"run", "--until", middle});
  INFO(until.messages);
  REQUIRE(until.exit_code == 0);
  REQUIRE(StoreFile(scene.project).count("plain") == 400);
  REQUIRE(StoreFile(scene.project).frontier("plain") == middle);
  REQUIRE(StoreFile(scene.project).frontier("sums") == middle);

  REQUIRE(scene.project.command({"run", "--once"}).exit_code == 0);
  REQUIRE(StoreFile(scene.project).count("plain") == 100);
  REQUIRE(scene.project.command({"run", "--until", middle}).exit_code == 1);
}

TEST_CASE("a second run on one state directory exits 1 and leaves the first alone") {
  SourceAndViews scene(schema);
  add_views(scene);
  scene.service.start();
  REQUIRE(scene.differences() == "");
  const Outcome second = scene.project.command({"run"});
  REQUIRE(second.exit_code == 1);
  scene.execute("UPDATE t SET v = 1");
  REQUIRE(scene.differences() == "");
}

}  // namespace deltamill
