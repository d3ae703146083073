// check, verify and rebuild.
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "tests/end_to_end/source_and_views.h"
#include "tests/support/json_lines.h"
#include "tests/support/store_file.h"

namespace deltamill {

namespace {

const char* const schema =
    "CREATE TABLE t (id int PRIMARY KEY, g int, v numeric(10,2)); INSERT INTO t SELECT n, n % 5, n "
    "FROM generate_series(1, 2000) n";

}  // namespace

TEST_CASE("check reports every error of every file with its position and exits 78") {
  SourceAndViews scene(schema);
  scene.project.write_view("good", "SELECT id FROM t");
  scene.project.write_view("misspelt", "SELECT id,\n       w FROM t");
  scene.project.write_view("unsupported", "SELECT id FROM t\nORDER BY id LIMIT 3");
  scene.project.write_view("syntax", "SELECT FROM WHERE");
  const Outcome checked = scene.project.command({"check", "--json"});
  REQUIRE(checked.exit_code == 78);
  std::map<std::string, nlohmann::json> errors;
  for (const nlohmann::json& line : json_lines(checked.output))
    if (line.at("severity") == "error") errors[line.at("file").get<std::string>()] = line;
  REQUIRE(errors.size() == 3);
  const nlohmann::json& misspelt = errors.at("views/misspelt.sql");
  CHECK(misspelt.at("code") == "unknown_column");
  CHECK(misspelt.at("line") == 2);
  CHECK(misspelt.at("column") == 8);
  const nlohmann::json& unsupported = errors.at("views/unsupported.sql");
  CHECK(unsupported.at("code") == "unsupported_sql");
  CHECK(unsupported.at("line") == 2);
  CHECK_FALSE(unsupported.at("hint").get<std::string>().empty());
  CHECK(errors.at("views/syntax.sql").at("code") == "syntax");

  REQUIRE(scene.project.command({"run", "--once"}).exit_code == 78);
  for (const char* const name : {"misspelt", "unsupported", "syntax"})
    scene.project.remove_view(name);
  REQUIRE(scene.project.command({"check"}).exit_code == 0);
}

TEST_CASE("verify finds no difference, and exactly the row that was changed by hand") {
  SourceAndViews scene(schema);
  scene.add_view("plain", "SELECT id, g, v FROM t");
  scene.add_view("sums", "SELECT g, sum(v) AS total FROM t GROUP BY g");
  scene.service.start();
  REQUIRE(scene.differences() == "");
  const Outcome clean = scene.project.command({"verify", "--all"});
  INFO(clean.output << clean.messages);
  REQUIRE(clean.exit_code == 0);

  {
    StoreFile store(scene.project);
    store.execute("UPDATE " + store.table_of("sums") + " SET total = '1.00' WHERE g = 3");
    store.execute("DELETE FROM " + store.table_of("plain") + " WHERE id = 77");
  }
  const Outcome found = scene.project.command({"verify", "--all", "--json"});
  INFO(found.output << found.messages);
  REQUIRE(found.exit_code == 4);
  const std::vector<nlohmann::json> results = json_lines(found.output);
  REQUIRE(results.size() == 2);
  for (const nlohmann::json& result : results) {
    const bool sums = result.at("view_rows") == 5;
    CHECK(result.at("different") == (sums ? 1 : 0));
    CHECK(result.at("missing") == (sums ? 0 : 1));
    CHECK(result.at("unexpected") == 0);
    REQUIRE(result.at("sample").size() == 1);
    CHECK(result.at("sample").at(0).at("key").dump().find(sums ? "3" : "77") != std::string::npos);
  }

  {
    StoreFile store(scene.project);
    store.execute("DELETE FROM " + store.table_of("plain") + " WHERE id = 78");
  }
  const Outcome limited = scene.project.command({"verify", "plain", "--json", "--limit", "1"});
  const nlohmann::json result = json_lines(limited.output).at(0);
  CHECK(result.at("missing") == 2);
  CHECK(result.at("sample").size() == 1);
}

TEST_CASE("verify compares values of every type, and prints a difference with all its digits") {
  SourceAndViews scene(
      "CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE t (id int PRIMARY KEY, b boolean, "
      "c char(4), f float8, n numeric, ts timestamptz, d date, iv interval, by bytea, jb jsonb, "
      "m mood); INSERT INTO t VALUES (1, true, 'a', '-0', 1.10, '2024-05-01 12:00+02', "
      "'0044-03-15 BC', '1 mon', '\\xdead', '{\"b\": 1.0}', 'ok'), (2, false, '', 'NaN', 'NaN', "
      "'infinity', 'infinity', '-1 day', '', 'null', 'sad'); INSERT INTO t (id) VALUES (3)");
  scene.add_view("all_types", "SELECT * FROM t");
  scene.service.start();
  REQUIRE(scene.differences() == "");
  const Outcome clean = scene.project.command({"verify", "all_types"});
  INFO(clean.output << clean.messages);
  REQUIRE(clean.exit_code == 0);
  {
    StoreFile store(scene.project);
    store.execute("UPDATE " + store.table_of("all_types") + " SET n = '1.20' WHERE id = 1");
  }
  const Outcome found = scene.project.command({"verify", "all_types"});
  REQUIRE(found.exit_code == 4);
  CHECK(found.output.find("key {\"id\":1}") != std::string::npos);
  CHECK(found.output.find("\"n\":1.10") != std::string::npos);
  CHECK(found.output.find("\"n\":1.20") != std::string::npos);
}

TEST_CASE("what is printed with --json is the service's own answer") {
  SourceAndViews scene(schema);
  scene.add_view("plain", "SELECT id, g, v FROM t");
  scene.service.start();
  REQUIRE(scene.differences() == "");
  const Outcome status = scene.project.command({"--json", "status"});
  REQUIRE(status.exit_code == 0);
  CHECK(status.output.starts_with("{\"project\":"));
  const Outcome explained = scene.project.command({"explain", "plain", "--json"});
  REQUIRE(explained.exit_code == 0);
  CHECK(nlohmann::json::parse(explained.output) == scene.service.admin("/v1/views/plain/explain"));
}

TEST_CASE("explain tells the sizes of the operators that run") {
  SourceAndViews scene(schema);
  scene.add_view("sums", "SELECT g, sum(v) AS total FROM t GROUP BY g");
  const Outcome before = scene.project.command({"explain", "sums"});
  CHECK(before.exit_code == 0);
  CHECK(before.output.find("sizes now") == std::string::npos);
  scene.service.start();
  REQUIRE(scene.differences() == "");
  const Outcome during = scene.project.command({"explain", "sums"});
  CHECK(during.output.starts_with(before.output));
  CHECK(during.output.find("table public.t: 2000 rows") != std::string::npos);
  CHECK(during.output.find("5 rows") != std::string::npos);
  scene.project.write_view("sums", "SELECT g, sum(v) + 1 AS total FROM t GROUP BY g");
  const Outcome changed = scene.project.command({"explain", "sums"});
  CHECK(changed.output.find("sizes now") == std::string::npos);
}

TEST_CASE("a rebuild that was not finished is done by the next process under its id") {
  SourceAndViews scene(
      "CREATE TABLE t (id int PRIMARY KEY, note text);"
      "INSERT INTO t SELECT n, repeat('x', 100) FROM generate_series(1, 200000) n");
  scene.add_view("plain", "SELECT id, note FROM t");
  scene.service.start();
  REQUIRE(scene.differences() == "");
  const int before = scene.service.view_status("plain").at("generation").get<int>();
  const Response accepted = scene.service.post_admin("/v1/views/plain/rebuild");
  REQUIRE(accepted.status == 202);
  const std::string job = header_of(accepted, "Location").value_or("");
  const bool crash = GENERATE(false, true);
  if (crash)
    scene.service.kill();
  else
    REQUIRE(scene.service.stop() == 0);
  REQUIRE(std::filesystem::exists(scene.project.state() / "rebuilds.json"));

  scene.execute("DELETE FROM t WHERE id > 199000");
  scene.service.start();
  nlohmann::json progress = {{"state", "queued"}};
  while (progress.at("state") == "queued" || progress.at("state") == "running")
    progress = scene.service.admin(job);
  CAPTURE(progress.dump());
  CHECK(progress.at("state") == "done");
  CHECK(progress.at("progress").at("ratio") == 1.0);
  CHECK(progress.at("progress").at("rows") >= 199000);
  CHECK(scene.service.view_status("plain").at("generation").get<int>() > before);
  CHECK_FALSE(std::filesystem::exists(scene.project.state() / "rebuilds.json"));
  CHECK(scene.service.trace().find("event=view.activated view=plain") != std::string::npos);
  REQUIRE(scene.differences() == "");
}

TEST_CASE("a rebuild under writes ends with the right rows, and readers always have some") {
  SourceAndViews scene(schema);
  scene.add_view("plain", "SELECT id, g, v FROM t");
  scene.add_view("sums", "SELECT g, sum(v) AS total, count(*) AS n FROM t GROUP BY g");
  scene.service.start();
  REQUIRE(scene.differences() == "");
  std::atomic<bool> enough = false;
  std::atomic<int> transactions = 0;
  std::thread writer([&] {
    SqlSession session(scene.url);
    while (!enough) {
      const std::string id = std::to_string(1 + ++transactions % 2000);
      session.execute("UPDATE t SET v = v + 1, g = (g + 1) % 5 WHERE id = " + id);
      transactions.notify_one();
    }
  });
  // The writer is at full speed when the rebuilds begin.
  for (int seen = transactions; seen <= 10; seen = transactions) transactions.wait(seen);
  const int before = scene.service.view_status("plain").at("generation").get<int>();
  int few_rows = 0;
  for (const char* const view : {"plain", "sums"}) {
    const Response accepted =
        scene.service.post_admin(std::string("/v1/views/") + view + "/rebuild");
    CHECK(accepted.status == 202);
    const std::string job = header_of(accepted, "Location").value_or("");
    nlohmann::json progress = {{"state", "queued"}};
    while (progress.at("state") == "queued" || progress.at("state") == "running") {
      progress = scene.service.admin(job);
      if (scene.service.rows("plain", "").rows.size() != 2000) ++few_rows;
    }
    CAPTURE(progress.dump());
    CHECK(progress.at("state") == "done");
  }
  enough = true;
  writer.join();
  CHECK(few_rows == 0);
  CHECK(scene.service.view_status("plain").at("generation").get<int>() == before + 1);
  REQUIRE(scene.differences() == "");
  scene.service.kill();
  scene.service.start();
  scene.execute("DELETE FROM t WHERE id > 1900");
  REQUIRE(scene.differences() == "");
  REQUIRE(scene.project.command({"verify", "--all"}).exit_code == 0);
}

}  // namespace deltamill
