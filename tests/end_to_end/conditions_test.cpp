// What happens to one view when something is wrong with it, and that the others go on.
#include <catch2/catch.hpp>
#include <thread>

#include "tests/end_to_end/source_and_views.h"

namespace deltamill {

TEST_CASE("a declared key that turns out not to be unique stops that view alone") {
  SourceAndViews scene(
      "CREATE TABLE t (id int PRIMARY KEY, name text NOT NULL); INSERT INTO t VALUES (1, 'a'), (2, "
      "'b')");
  scene.add_view("other", "SELECT id, name FROM t");
  scene.project.write_view("named", "/* deltamill\nkey: [name]\n*/\nSELECT name, id FROM t");
  scene.service.start();
  REQUIRE(scene.differences() == "");
  const ViewRows before = scene.service.rows("named", scene.session->position());
  REQUIRE(before.rows.size() == 2);

  scene.execute("INSERT INTO t VALUES (3, 'c')");
  REQUIRE(scene.service.rows("named", scene.session->position()).rows.size() == 3);
  scene.execute("INSERT INTO t VALUES (4, 'd'), (5, 'a')");
  scene.service.wait_for_condition("named", "stale");
  scene.execute("INSERT INTO t VALUES (6, 'e')");
  REQUIRE(scene.differences() == "");
  // It keeps the last rows that were right, none of the transaction that broke the key.
  const ViewRows stale = scene.service.rows("named", "");
  REQUIRE(stale.rows.size() == 3);
  REQUIRE(stale.condition == "stale");
  REQUIRE_FALSE(scene.service.view_status("named").at("reason").is_null());
  REQUIRE(scene.service.view_status("other").at("condition") == "live");
}

TEST_CASE("a rebuild takes a stopped view up again, with the views that read it") {
  SourceAndViews scene(
      "CREATE TABLE t (id int PRIMARY KEY, name text NOT NULL); INSERT INTO t VALUES (1, 'a'), (2, "
      "'b')");
  scene.add_view("named", "SELECT name, id FROM t", "/* deltamill\nkey: [name]\n*/\n");
  scene.project.write_view("counted", "SELECT name, count(*) AS n FROM named GROUP BY name");
  scene.service.start();
  REQUIRE(scene.differences() == "");
  scene.execute("INSERT INTO t VALUES (3, 'a')");
  scene.service.wait_for_condition("named", "stale");
  scene.service.wait_for_condition("counted", "stale");
  const auto lag = [&] {
    return scene.service.view_status("named").at("lag_ms").get<std::int64_t>();
  };
  const std::int64_t lag_before = lag();
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  CHECK(lag() >= lag_before + 50);

  const Outcome too_early = scene.project.command({"rebuild", "named", "--wait"});
  REQUIRE(too_early.exit_code == 1);
  CHECK(too_early.messages.find("two rows have the key") != std::string::npos);
  scene.execute("DELETE FROM t WHERE id = 3");
  const Outcome rebuilt = scene.project.command({"rebuild", "named", "--wait"});
  INFO(rebuilt.messages);
  REQUIRE(rebuilt.exit_code == 0);
  scene.service.wait_for_condition("counted", "live");
  scene.execute("INSERT INTO t VALUES (4, 'd'); UPDATE t SET name = 'z' WHERE id = 2");
  REQUIRE(scene.differences() == "");
  REQUIRE(scene.project.command({"verify", "--all"}).exit_code == 0);
}

TEST_CASE("a row without a result degrades the view until it is gone") {
  SourceAndViews scene(
      "CREATE TABLE t (id int PRIMARY KEY, d int); INSERT INTO t VALUES (1, 1), (2, 2), (4, 4)");
  scene.add_view("quotients", "SELECT id, 100 / d AS quotient FROM t");
  scene.add_view("other", "SELECT id, d FROM t");
  scene.service.start();
  REQUIRE(scene.differences() == "");

  scene.execute("INSERT INTO t VALUES (3, 0), (5, 5)");
  const ViewRows degraded = scene.service.rows("quotients", scene.session->position());
  REQUIRE(degraded.condition == "degraded");
  const Outcome compared = scene.project.command({"verify", "quotients"});
  CHECK(compared.exit_code == 1);
  CHECK(compared.messages.find("the view is degraded: 1 of its rows have no result") !=
        std::string::npos);
  REQUIRE(difference_of(degraded.rows,
                        {R"({"id":1,"quotient":100})", R"({"id":2,"quotient":50})",
                         R"({"id":4,"quotient":25})", R"({"id":5,"quotient":20})"}) == "");
  REQUIRE(scene.service.view_status("quotients").at("error_rows") == 1);
  const nlohmann::json errors = scene.service.admin("/v1/views/quotients/errors");
  REQUIRE(errors.size() == 1);
  CHECK(errors.at(0).at("message").get<std::string>().find("division by zero") !=
        std::string::npos);
  REQUIRE(scene.oracle->difference(scene.service, "other") == "");

  SECTION("the row is changed") {
    scene.execute("UPDATE t SET d = 10 WHERE id = 3");
  }
  SECTION("the row is deleted") {
    scene.execute("DELETE FROM t WHERE d = 0");
  }
  SECTION("the row is changed after a crash") {
    scene.service.kill();
    scene.service.start();
    REQUIRE(scene.service.rows("quotients", "").condition == "degraded");
    scene.execute("UPDATE t SET d = 10 WHERE id = 3");
  }
  SECTION("the row is changed after a rebuild") {
    REQUIRE(scene.project.command({"rebuild", "quotients", "--wait"}).exit_code == 0);
    REQUIRE(scene.service.rows("quotients", "").condition == "degraded");
    REQUIRE(scene.service.view_status("quotients").at("error_rows") == 1);
    scene.execute("UPDATE t SET d = 10 WHERE id = 3");
  }
  REQUIRE(scene.differences() == "");
  scene.service.wait_for_condition("quotients", "live");
}

}  // namespace deltamill
