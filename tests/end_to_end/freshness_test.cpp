// What answers say of their own age, against what was written and when.
#include <catch2/catch.hpp>
#include <chrono>

#include "tests/end_to_end/source_and_views.h"
#include "views/data/lsn.h"

namespace deltamill {

namespace {

using Clock = std::chrono::steady_clock;

const char* const schema =
    "CREATE TABLE t (id int PRIMARY KEY, g int);"
    "INSERT INTO t SELECT n, n % 7 FROM generate_series(1, 100) n";

// Many transactions, so that the way through them can be watched.
const char* const many_transactions =
    "DO $$ BEGIN FOR i IN 1..300 LOOP "
    "  INSERT INTO t SELECT 1000 * i + n, n % 7 FROM generate_series(1, 1000) n; COMMIT; "
    "END LOOP; END $$";

// One answer: how far it is, and how old it says it is.
struct Sample {
  bool ready = false;  // asked before the rows, so of a frontier that is not later than theirs
  Lsn frontier;
  std::int64_t lag_ms = 0;
};

Sample sample(RunningService& service) {
  Sample sample;
  sample.ready = service.admin("/readyz").at("ready");
  const Response rows = service.get("/v1/views/plain?limit=1");
  REQUIRE(rows.status == 200);
  sample.frontier = lsn_of(header_of(rows, "Deltamill-Lsn").value()).value();
  sample.lag_ms = std::stoll(header_of(rows, "Deltamill-Lag-Ms").value());
  return sample;
}

// A backlog is there: whoever does not contain `before_last` lacks what was committed by `written`.
struct Backlog {
  Lsn before_last;
  Clock::time_point written;
};

Backlog write_backlog(SqlSession& session) {
  session.execute(many_transactions);
  Backlog backlog;
  backlog.before_last = lsn_of(session.value("SELECT pg_current_wal_lsn()")).value();
  session.execute("INSERT INTO t VALUES (0, 0)");
  backlog.written = Clock::now();
  return backlog;
}

// Asks until an answer contains the backlog. Every one that does not was not ready, and is at least
// as old as the last commit. Gives how many those were.
int follow(const Backlog& backlog, RunningService& service) {
  const auto deadline = Clock::now() + std::chrono::seconds(120);
  for (int behind = 0; Clock::now() < deadline; ++behind) {
    const auto age =
        std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - backlog.written);
    const Sample now = sample(service);
    if (now.frontier > backlog.before_last) return behind;
    CHECK_FALSE(now.ready);
    // Two clocks, both rounded.
    CHECK(now.lag_ms + 2 >= age.count());
  }
  FAIL("the backlog was not read in time");
  return 0;
}

// An answer says that it lacks nothing; on a loaded machine not the first.
bool becomes_fresh(RunningService& service) {
  const auto deadline = Clock::now() + std::chrono::seconds(60);
  while (Clock::now() < deadline)
    if (sample(service).lag_ms == 0) return true;
  return false;
}

}  // namespace

TEST_CASE("after a start behind, readiness and lag are true on the whole way") {
  SourceAndViews scene(schema);
  scene.add_view("plain", "SELECT id, g FROM t");
  scene.service.start();
  REQUIRE(scene.differences() == "");
  scene.service.wait_until_ready();
  REQUIRE(scene.service.stop() == 0);
  const Backlog backlog = write_backlog(*scene.session);
  scene.service.start();
  CHECK(follow(backlog, scene.service) > 0);
  scene.service.wait_until_ready();
  CHECK(becomes_fresh(scene.service));
  REQUIRE(scene.differences() == "");
}

TEST_CASE("a process that finds the journal ahead of the store knows how old its rows are") {
  SourceAndViews scene(schema);
  scene.add_view("plain", "SELECT id, g FROM t");
  scene.service.start();
  REQUIRE(scene.differences() == "");
  const Backlog backlog = write_backlog(*scene.session);
  scene.service.kill();
  scene.service.start();
  (void)follow(backlog, scene.service);
  REQUIRE(scene.differences() == "");
}

}  // namespace deltamill
