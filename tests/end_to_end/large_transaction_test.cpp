// One transaction of a million rows: bounded memory, and nobody sees half of it.
#include <atomic>
#include <catch2/catch.hpp>
#include <set>
#include <thread>

#include "tests/end_to_end/source_and_views.h"

namespace deltamill {

namespace {

constexpr int row_count = 1'000'000;
// What the process may hold at most while the rows are first inserted and then all updated. The
// rows of the table themselves stay in memory (about 100 bytes each, twice while they change).
constexpr std::uint64_t memory_max_bytes = std::uint64_t{1200} << 20;

// Asks for the number of rows of the view until told to stop, and once before and after; remembers
// each answer it got.
class CountReader {
 public:
  CountReader(RunningService& service, std::string view)
      : service_(service), view_(std::move(view)) {
    read_once();
    thread_ = std::thread([this] {
      while (!enough_) {
        read_once();
        // Leaves the processors to what it looks at.
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
    });
  }
  ~CountReader() {
    if (thread_.joinable()) (void)finish();
  }
  std::set<std::string> finish() {
    enough_ = true;
    thread_.join();
    read_once();
    return seen_;
  }

 private:
  void read_once() {
    const Response answer =
        service_.get("/v1/views/" + view_ + "?limit=1&select=id", {{"Prefer", "count=exact"}});
    const std::string range = header_of(answer, "Content-Range").value_or("none");
    seen_.insert(range.substr(range.find('/') + 1));
  }

  RunningService& service_;
  std::string view_;
  std::atomic<bool> enough_ = false;
  std::set<std::string> seen_;
  std::thread thread_;
};

constexpr const char* tables_of_groups =
    "CREATE TABLE big (id int PRIMARY KEY, g int, v numeric(12,2));"
    "CREATE TABLE groups (id int PRIMARY KEY, name text);"
    "INSERT INTO groups SELECT n, 'group ' || n FROM generate_series(1, 40) n;"
    "INSERT INTO big SELECT n, n % 50, n FROM generate_series(1, 40000) n";

void add_views_of_groups(SourceAndViews& scene) {
  scene.add_view("joined", "SELECT b.id, g.name, b.v FROM big b JOIN groups g ON g.id = b.g");
  scene.add_view(
      "outer_joined",
      "SELECT g.id, g.name, count(b.id) AS n, min(b.v) AS least, max(b.v) AS most FROM groups g "
      "FULL JOIN big b ON b.g = g.id GROUP BY g.id, g.name");
  scene.add_view("unmatched",
                 "SELECT b.id, g.id AS g FROM big b FULL JOIN groups g ON g.id = b.g "
                 "WHERE b.id IS NULL OR g.id IS NULL");
  scene.add_view("different", "SELECT DISTINCT g, v > 20000 AS large FROM big");
  scene.add_view("twice",
                 "SELECT id, 1 AS part FROM big UNION ALL SELECT id, 2 FROM big WHERE g = 1");
}

const std::vector<std::string> changes_of_all_rows = {
    // Every row goes and comes back, some changed: the slices in between are unlike both ends.
    "BEGIN; CREATE TEMPORARY TABLE kept AS SELECT * FROM big; DELETE FROM big;"
    "UPDATE groups SET name = name || '!' WHERE id < 5;"
    "INSERT INTO big SELECT id, g, v + (id % 3) FROM kept;"
    "DELETE FROM groups WHERE id = 7; DROP TABLE kept; COMMIT",
    // Keys move away and others take them.
    "BEGIN; UPDATE big SET id = id + 1000000; UPDATE groups SET id = id + 5 WHERE id > 35;"
    "UPDATE big SET id = 1040001 - (id - 1000000) + 2000000;"
    "UPDATE big SET id = id - 3000000, g = g + 1; COMMIT",
    "BEGIN; UPDATE big SET g = 60; TRUNCATE groups; INSERT INTO groups VALUES (60, 'all');"
    "INSERT INTO big SELECT n, n % 3, NULL FROM generate_series(100001, 150000) n;"
    "UPDATE big SET g = 1 WHERE id > 20000; SAVEPOINT s; DELETE FROM big; ROLLBACK TO s;"
    "DELETE FROM big WHERE id % 2 = 0; COMMIT",
};

}  // namespace

TEST_CASE("a transaction of a million rows is seen whole or not at all, in bounded memory") {
  SourceAndViews scene(
      "CREATE TABLE big (id bigint PRIMARY KEY, g int, v numeric(12,2), note text)");
  scene.add_view("rows_of_big", "SELECT id, g, v, note FROM big");
  scene.add_view("sums", "SELECT g, count(*) AS n, sum(v) AS total FROM big GROUP BY g");
  scene.service.start();
  REQUIRE(scene.differences() == "");
  const std::string rows = std::to_string(row_count);

  CountReader reader(scene.service, "rows_of_big");
  scene.execute(
      "INSERT INTO big SELECT n, n % 10, n * 0.01, 'note ' || n FROM generate_series(1, " + rows +
      ") n");
  REQUIRE(scene.service.rows("sums", scene.session->position()).rows.size() == 10);
  REQUIRE(reader.finish() == std::set<std::string>{"0", rows});
  REQUIRE(scene.oracle->difference(scene.service, "sums") == "");

  CountReader second(scene.service, "rows_of_big");
  scene.execute(
      "BEGIN; DELETE FROM big WHERE id % 2 = 0; UPDATE big SET v = v + 1, g = g + 1; COMMIT");
  REQUIRE(scene.oracle->difference(scene.service, "sums") == "");
  REQUIRE(second.finish() == std::set<std::string>{rows, std::to_string(row_count / 2)});
  const std::uint64_t peak = scene.service.peak_memory_bytes();
  WARN("peak memory " << (peak >> 20) << " MiB");
  REQUIRE(peak < memory_max_bytes);
}

TEST_CASE("a transaction in several slices through joins, groups and distinct rows") {
  SourceAndViews scene(tables_of_groups);
  add_views_of_groups(scene);
  scene.service.start();
  REQUIRE(scene.differences() == "");
  const std::string change = GENERATE(from_range(changes_of_all_rows));
  CAPTURE(change);
  SECTION("while following") {
    scene.execute(change);
    REQUIRE(scene.differences() == "");
  }
  SECTION("while catching up, killed on the way") {
    scene.service.kill();
    scene.execute(change);
    scene.service.launch();
    (void)scene.service.process().wait(std::chrono::milliseconds(700));
    scene.service.kill();
    scene.service.start();
    REQUIRE(scene.differences() == "");
  }
  REQUIRE(scene.project.command({"verify", "--all"}).exit_code == 0);
}

}  // namespace deltamill
