// manage: false: the service says which SQL it needs, and works once somebody has run it.
#include <catch2/catch.hpp>
#include <sstream>

#include "tests/end_to_end/source_and_views.h"

namespace deltamill {

namespace {

// Lines of the last message that are indented statements.
std::string statements_of(const std::string& messages) {
  std::istringstream lines(messages);
  std::string statements;
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("  ") && line.ends_with(";")) statements += line;
  return statements;
}

}  // namespace

TEST_CASE("a source that others manage is only read") {
  SourceAndViews scene(
      "CREATE TABLE t (id int PRIMARY KEY, v int); CREATE TABLE u (id int PRIMARY KEY);"
      "INSERT INTO t VALUES (1, 10), (2, 20)");
  scene.project.configure("", "  manage: false\n");
  scene.add_view("plain", "SELECT id, v FROM t");
  for (int missing = 0; missing < 2; ++missing) {  // first all, then the table of another view
    const Outcome refused = scene.project.command({"run", "--once"});
    CAPTURE(refused.messages);
    REQUIRE(refused.exit_code == 1);
    REQUIRE(scene.session->value("SELECT count(*) FROM pg_replication_slots WHERE slot_name = " +
                                 quoted(scene.project.slot())) == std::to_string(missing));
    REQUIRE_FALSE(statements_of(refused.messages).empty());
    std::istringstream statements(statements_of(refused.messages));
    for (std::string one; std::getline(statements, one, ';');) scene.execute(one);
    scene.service.start();
    REQUIRE(scene.differences() == "");
    scene.execute("UPDATE t SET v = v + 1; INSERT INTO u VALUES (" + std::to_string(missing) + ")");
    REQUIRE(scene.differences() == "");
    REQUIRE(scene.service.stop() == 0);
    if (missing == 0) scene.add_view("other", "SELECT id FROM u");
  }
}

}  // namespace deltamill
