// The sink's thread over a sink in memory: commits, their failures, tasks between them.
#include "service/pipeline/sink_worker.h"

#include <catch2/catch.hpp>

#include "tests/unit/service/mill.h"
#include "views/data/text_form.h"

namespace deltamill {

namespace {

// A worker for one view whose current generation is empty.
class Worker {
 public:
  explicit Worker(SinkWorkerOptions options = {}) : sink({two_texts()}) {
    generation = sink.begin_generation(0);
    sink.activate(generation);
    sink.commit(Frontier(), at(10));
    worker = std::make_unique<SinkWorker>(
        sink, std::vector<std::uint32_t>{0}, std::move(options), metrics_,
        SinkWorker::Listeners{.committed = {},
                              .failed =
                                  [this](const SinkFailure& failed) {
                                    const std::lock_guard lock(mutex_);
                                    failure_ = failed;
                                    changed_.notify_all();
                                  },
                              .between_commits = {}});
    worker->follow(generation, SinkWorker::Filling::no);
  }

  // One row of a transaction that ends at `to`.
  bool push(std::uint64_t to, const std::string& id, std::int32_t weight = 1,
            bool complete = true) {
    SinkDeltas deltas;
    deltas.deltas.arena = std::make_shared<Arena>();
    Arena& arena = *deltas.deltas.arena;
    const Value values[] = {*parse_text(two_texts()[0].type, arena.copy(id), arena), Value::null()};
    deltas.deltas.views.push_back(
        {0, {{pack_row(RowLayout(two_texts()), values, arena), weight}}, {}});
    deltas.to = at(to);
    deltas.complete = complete;
    deltas.bytes = 100;
    return worker->push(std::move(deltas));
  }

  [[nodiscard]] std::optional<SinkFailure> failure() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(10), [&] { return failure_.has_value(); });
    return failure_;
  }

  // Whether the metrics page has this line.
  [[nodiscard]] bool shows(const std::string& line) const {
    return metrics_.text().find("\n" + line + "\n") != std::string::npos;
  }

  MemorySink sink;
  Generation generation;

 private:
  Metrics metrics_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<SinkFailure> failure_;  // guarded by mutex_

 public:
  std::unique_ptr<SinkWorker> worker;  // last: its thread uses all the others
};

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("deltas are committed with their frontier") {
  Worker mill;
  CHECK(mill.push(20, "1"));
  REQUIRE(mill.sink.wait_for(at(20)));
  CHECK(mill.sink.rows() == Texts{"1,~"});
}

TEST_CASE("a commit whose answer got lost is written once") {
  Worker mill;
  mill.sink.lose_next_answer();
  CHECK(mill.push(20, "1"));
  REQUIRE(mill.sink.wait_for(at(20)));
  CHECK(mill.push(30, "2"));
  REQUIRE(mill.sink.wait_for(at(30)));
  CHECK(mill.sink.commits() == Texts{"0-10", "10-20", "20-30"});
  CHECK(mill.sink.rows() == Texts{"1,~", "2,~"});
}

TEST_CASE("a commit that fails ends the worker, and says whether to try again") {
  const bool retryable = GENERATE(true, false);
  Worker mill({.name = "local"});
  mill.sink.fail_next_commit(retryable);
  CHECK(mill.push(20, "1"));
  const std::optional<SinkFailure> failure = mill.failure();
  REQUIRE(failure);
  CHECK(failure->retryable == retryable);
  CHECK(failure->message == "the disk is full");
  const std::string kind = retryable ? "retryable" : "permanent";
  CHECK(mill.shows("deltamill_sink_errors_total{kind=\"" + kind + "\",sink=\"local\"} 1"));
  CHECK_FALSE(failure->view);
  CHECK(mill.sink.frontier() == at(10));
  CHECK(mill.sink.rows().empty());
}

TEST_CASE("two rows with one key name their view") {
  Worker mill({.name = "local"});
  mill.sink.conflict_in_next_commit(0);
  CHECK(mill.push(20, "1"));
  const std::optional<SinkFailure> failure = mill.failure();
  REQUIRE(failure);
  CHECK(failure->view == 0U);
  CHECK(mill.shows("deltamill_sink_errors_total{kind=\"key_conflict\",sink=\"local\"} 1"));
}

TEST_CASE("after its end a worker takes neither deltas nor tasks") {
  Worker mill;
  mill.sink.fail_next_commit(false);
  CHECK(mill.push(20, "1"));
  REQUIRE(mill.failure());
  CHECK_FALSE(mill.push(30, "2"));
  CHECK_FALSE(mill.worker->run([](Sink&) {}));
}

TEST_CASE("slices of one transaction are committed together") {
  Worker mill;
  CHECK(mill.push(20, "1", 1, false));
  CHECK(mill.push(20, "2", 1, false));
  CHECK(mill.push(20, "3", 1, true));
  REQUIRE(mill.sink.wait_for(at(20)));
  CHECK(mill.sink.commits() == Texts{"0-10", "10-20"});
  CHECK(mill.sink.rows() == Texts{"1,~", "2,~", "3,~"});
}

TEST_CASE("what gathers while a commit takes its time is one commit") {
  Worker mill;
  mill.sink.hold();
  CHECK(mill.push(20, "1"));
  CHECK(mill.push(30, "2"));
  CHECK(mill.push(40, "2", -1));
  mill.sink.release();
  REQUIRE(mill.sink.wait_for(at(40)));
  CHECK(mill.sink.commits().size() <= 3);
  CHECK(mill.sink.rows() == Texts{"1,~"});
}

TEST_CASE("a task sees everything before it committed") {
  Worker mill;
  CHECK(mill.push(20, "1"));
  CHECK(mill.push(30, "2"));
  Frontier seen;
  CHECK(mill.worker->run([&](Sink& sink) { seen = sink.frontier(); }));
  CHECK(seen == at(30));
}

TEST_CASE("rows in error are counted in the commit of their transaction") {
  Worker mill;
  SinkDeltas deltas;
  deltas.to = at(20);
  deltas.deltas.views.push_back(
      {0, {}, {{"project", "division by zero", "1", 2}, {"project", "division by zero", "2", -1}}});
  REQUIRE(mill.worker->push(std::move(deltas)));
  REQUIRE(mill.sink.wait_for(at(20)));
  CHECK(mill.sink.error_rows() == 1);
}

TEST_CASE("what a task throws is thrown at its caller, and the worker goes on") {
  Worker mill;
  CHECK_THROWS_AS(mill.worker->run([](Sink&) { throw std::out_of_range("no"); }),
                  std::out_of_range);
  CHECK(mill.push(20, "1"));
  CHECK(mill.sink.wait_for(at(20)));
}

TEST_CASE("a full queue makes the engine wait, and its end frees it") {
  Worker mill({.name = "local", .queue_bytes_max = 150, .gather_rows_max = 1});
  mill.sink.hold();
  CHECK(mill.push(20, "1"));
  CHECK(mill.push(30, "2"));
  std::atomic<bool> pushed = false;
  std::thread engine([&] {
    (void)mill.push(40, "3");
    (void)mill.push(50, "4");
    pushed = true;
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  CHECK_FALSE(pushed);
  mill.sink.release();
  engine.join();
  CHECK(mill.sink.wait_for(at(50)));
}

TEST_CASE("the queue and its limit are shown, and it is empty in the end") {
  Worker mill({.name = "local", .queue_bytes_max = 250, .gather_rows_max = 1});
  CHECK(mill.shows("deltamill_queue_limit_bytes{queue=\"sink_local\"} 250"));
  CHECK(mill.shows("deltamill_queue_bytes{queue=\"sink_local\"} 0"));
  CHECK(mill.worker->run([&](Sink&) {
    CHECK(mill.push(20, "1"));
    CHECK(mill.shows("deltamill_queue_bytes{queue=\"sink_local\"} 100"));
  }));
  REQUIRE(mill.sink.wait_for(at(20)));
  CHECK(mill.shows("deltamill_queue_bytes{queue=\"sink_local\"} 0"));
}

}  // namespace deltamill
