// What does not fit into memory_limit stops the views that need it, and only those.
#include <catch2/catch.hpp>

#include "tests/end_to_end/source_and_views.h"

namespace deltamill {

TEST_CASE("memory_limit stops the views of the largest operator alone") {
  SourceAndViews scene(
      "CREATE TABLE big (id int PRIMARY KEY, note text); CREATE TABLE small (id int PRIMARY KEY);"
      "INSERT INTO big SELECT n, repeat('x', 200) FROM generate_series(1, 1000) n;"
      "INSERT INTO small VALUES (1)");
  scene.project.configure("memory_limit: 64MiB\n");
  scene.add_view("few", "SELECT id FROM small");
  scene.project.write_view("many", "SELECT id, note FROM big");
  scene.project.write_view("counted", "SELECT count(*) AS n FROM many");
  const bool from_the_start = GENERATE(false, true);
  const std::string more =
      "INSERT INTO big SELECT n, repeat('x', 200) FROM generate_series(1001, 400000) n";
  if (from_the_start) scene.execute(more);
  scene.service.start();
  REQUIRE(scene.differences() == "");
  if (!from_the_start) {
    scene.service.wait_for_condition("counted", "live");
    scene.execute(more);
  }
  for (const char* const view : {"many", "counted"}) {
    scene.service.wait_for_condition(view, from_the_start ? "failed" : "stale");
    const std::string reason = scene.service.view_status(view).at("reason");
    CHECK(reason.find("memory_limit") != std::string::npos);
    CHECK(reason.find("public.big") != std::string::npos);
  }
  scene.execute("INSERT INTO small VALUES (2)");
  REQUIRE(scene.differences() == "");
  REQUIRE(scene.service.view_status("few").at("condition") == "live");
  const nlohmann::json few = scene.service.admin("/v1/views/few/explain").at("operators");
  REQUIRE(few.size() == 1);
  CHECK(few.at(0).at("name") == "table public.small");
  CHECK(scene.service.admin("/v1/views/many/explain").at("operators").is_null());
}

}  // namespace deltamill
