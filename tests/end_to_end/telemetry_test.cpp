// What the service and its commands say of themselves: diagnostics before anything starts, trace
// events, metrics.
#include <catch2/catch.hpp>
#include <thread>

#include "tests/end_to_end/source_and_views.h"
#include "tests/support/json_lines.h"
#include "tests/support/store_file.h"

namespace deltamill {

namespace {

const char* const schema =
    "CREATE TABLE t (id int PRIMARY KEY, g int); INSERT INTO t SELECT n, n % 5 FROM "
    "generate_series(1, 200) n";

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

// The value of a series; nothing = it is not on the page.
std::optional<double> metric(SourceAndViews& scene, const std::string& series) {
  const std::string page = "\n" + scene.service.metrics();
  const std::size_t at = page.find("\n" + series + " ");
  if (at == std::string::npos) return std::nullopt;
  return std::stod(page.substr(at + series.size() + 2));
}

}  // namespace

TEST_CASE("views that the store cannot keep are refused by check and by run, with their places") {
  SourceAndViews scene(schema);
  scene.project.write_view("good", "SELECT id FROM t");
  scene.project.write_view("sqlite_foo", "SELECT id FROM t");
  scene.project.write_view("twice", "SELECT id AS a,\n  g AS \"A\" FROM t");
  scene.project.write_view("reserved", "SELECT count(*) AS deltamill_key FROM t");
  scene.project.write_view("keyless", "SELECT g AS deltamill_count FROM t");
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"check"}, std::vector<std::string>{"run", "--once"}}) {
    const Outcome outcome = scene.project.command(command);
    INFO(outcome.messages);
    CHECK(outcome.exit_code == 78);
    for (const char* const line :
         {"views/sqlite_foo.sql:1:1: error: ", "views/twice.sql:2:3: error: ",
          "views/reserved.sql:1:8: error: ", "views/keyless.sql:1:8: error: "})
      CHECK(outcome.messages.find(line) != std::string::npos);
    CHECK(count_of(outcome.messages, "[bad_name]") == 4);
    CHECK(outcome.messages.find("good.sql") == std::string::npos);
  }
}

TEST_CASE("run --json prints trace events as JSON") {
  SourceAndViews scene(schema);
  scene.project.write_view("good", "SELECT id FROM t");
  const Outcome outcome = scene.project.command({"run", "--once", "--json"});
  INFO(outcome.messages);
  REQUIRE(outcome.exit_code == 0);
  std::size_t live = 0;
  for (const nlohmann::json& line : json_lines(outcome.messages))
    if (line.value("event", "") == "view.live") ++live;
  CHECK(live == 1);
}

TEST_CASE("the metrics page has queues, operators, the journal and the process") {
  SourceAndViews scene(schema);
  scene.add_view("sums", "SELECT g, count(*) AS n FROM t GROUP BY g");
  scene.service.start();
  scene.service.wait_until_ready();
  scene.execute("INSERT INTO t VALUES (1000, 1)");
  REQUIRE(scene.differences() == "");
  for (const char* const series :
       {"deltamill_journal_oldest_age_seconds", "deltamill_journal_commit_seconds_count",
        "deltamill_queue_limit_bytes{queue=\"journal\"}",
        "deltamill_queue_limit_bytes{queue=\"sink_local\"}", "process_open_fds", "process_max_fds",
        "process_start_time_seconds"})
    CHECK(metric(scene, series).value_or(0) > 0);
  for (const char* const series :
       {"deltamill_queue_bytes{queue=\"journal\"}", "deltamill_queue_bytes{queue=\"sink_local\"}",
        "deltamill_trace_events_dropped_total{reason=\"queue_full\"}"})
    CHECK(metric(scene, series) == 0);
  const std::string page = scene.service.metrics();
  CHECK(page.find("deltamill_operator_rows{operator=\"") != std::string::npos);
  CHECK(page.find("deltamill_operator_bytes{operator=\"") != std::string::npos);
  CHECK(page.find("view=\"sums\"") != std::string::npos);
  CHECK(page.find("deltamill_source_reconnects_total{") == std::string::npos);
}

TEST_CASE("a reconnection to the source is counted once it is there") {
  SourceAndViews scene(schema);
  scene.add_view("plain", "SELECT id, g FROM t");
  scene.service.start();
  REQUIRE(scene.differences() == "");
  scene.execute(
      "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = "
      "'" +
      scene.project.slot() + "'");
  scene.execute("INSERT INTO t VALUES (1000, 1)");
  REQUIRE(scene.differences() == "");
  CHECK(metric(scene, "deltamill_source_reconnects_total{reason=\"connection_lost\"}") == 1);
}

TEST_CASE("retained WAL above the limit draws one warning") {
  SourceAndViews scene(schema);
  scene.project.configure("", "  warn_retained_wal: 1B\n");
  scene.add_view("plain", "SELECT id, g FROM t");
  scene.service.start();
  REQUIRE(scene.differences() == "");
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (count_of(scene.service.trace(), "event=source.retained_wal") == 0 &&
         std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  CHECK(count_of(scene.service.trace(), "level=warning event=source.retained_wal") == 1);
}

TEST_CASE("verify prints as many differences as it is asked for") {
  SourceAndViews scene(schema);
  scene.add_view("plain", "SELECT id, g FROM t");
  scene.service.start();
  REQUIRE(scene.differences() == "");
  {
    StoreFile store(scene.project);
    store.execute("UPDATE " + store.table_of("plain") + " SET g = -1 WHERE id <= 60");
  }
  const auto printed = [&](const std::vector<std::string>& flags) {
    std::vector<std::string> command = {"verify", "plain"};
    command.insert(command.end(), flags.begin(), flags.end());
    const Outcome outcome = scene.project.command(command);
    INFO(outcome.messages);
    CHECK(outcome.exit_code == 4);
    return outcome.output;
  };
  CHECK(count_of(printed({}), "  key {") == 20);
  CHECK(count_of(printed({"--limit", "50"}), "  key {") == 50);
  CHECK(count_of(printed({"--limit", "1000"}), "  key {") == 60);
  const nlohmann::json result = nlohmann::json::parse(printed({"--limit", "3", "--json"}));
  CHECK(result.at("different") == 60);
  CHECK(result.at("sample").size() == 3);
  CHECK(scene.project.command({"verify", "plain", "--limit", "1001"}).exit_code == 2);
}

}  // namespace deltamill
