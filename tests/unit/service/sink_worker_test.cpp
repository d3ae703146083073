// The sink's thread over a sink in memory: commits, their failures, tasks between them.
#include "service/pipeline/sink_worker.h"

#include <catch2/catch.hpp>
#include <deque>
#include <future>

#include "tests/support/held_clock.h"
#include "tests/unit/service/mill.h"
#include "views/data/text_form.h"

namespace deltamill {

namespace {

// A worker for one view whose current generation is empty.
class Worker {
 public:
  explicit Worker(SinkWorkerOptions options = {}, Clock* clock = nullptr) : sink({two_texts()}) {
    generation = sink.begin_generation(0);
    sink.activate(generation);
    sink.commit(Frontier(), at(10));
    options.retry_delay_min = std::chrono::milliseconds(1);
    SinkWorker::Listeners listeners;
    listeners.set_aside = [this](std::uint32_t view, const std::string& message) {
      tell("view " + std::to_string(view) + ": " + message);
    };
    listeners.trouble = [this](bool hopeful, const std::string& message) {
      tell((hopeful ? "for now: " : "") + message);
    };
    listeners.recovered = [this] { tell("recovered"); };
    listeners.lost = [this](const std::string& reason) { tell("lost: " + reason); };
    worker = std::make_unique<SinkWorker>(
        sink, std::vector<std::optional<std::uint32_t>>{0}, std::move(options),
        clock == nullptr ? system_clock_ : *clock, metrics_, nullptr, listeners);
    follow();
  }

  // Attaches and follows the current generation.
  void follow() {
    CHECK(worker->run([this](Sink&) {
      worker->attach();
      worker->follow_now(generation, SinkWorker::Filling::no);
    }));
  }

  // One row of a transaction that ends at `to`.
  bool push(std::uint64_t to, const std::string& id, std::int32_t weight = 1,
            bool complete = true) {
    ViewDeltas views;
    views.arena = std::make_shared<Arena>();
    Arena& arena = *views.arena;
    const Value values[] = {*parse_text(two_texts()[0].type, arena.copy(id), arena), Value::null()};
    views.views.push_back({0, {{pack_row(RowLayout(two_texts()), values, arena), weight}}, {}});
    return push(to, std::move(views), complete);
  }

  bool push(std::uint64_t to, ViewDeltas views, bool complete = true) {
    SharedDeltas deltas;
    deltas.views = std::make_shared<const ViewDeltas>(std::move(views));
    deltas.to = at(to);
    deltas.complete = complete;
    deltas.bytes = 100;
    return worker->push(std::move(deltas));
  }

  // What the worker tells next; nothing in ten seconds.
  [[nodiscard]] std::optional<std::string> told() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, std::chrono::seconds(10), [&] { return !told_.empty(); }))
      return std::nullopt;
    std::string first = std::move(told_.front());
    told_.pop_front();
    return first;
  }

  // Whether the metrics page has this line.
  [[nodiscard]] bool shows(const std::string& line) const {
    return metrics_.text().find("\n" + line + "\n") != std::string::npos;
  }

  MemorySink sink;
  Generation generation;

 private:
  void tell(std::string what) {
    const std::lock_guard lock(mutex_);
    told_.push_back(std::move(what));
    changed_.notify_all();
  }

  SystemClock system_clock_;
  Metrics metrics_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> told_;  // guarded by mutex_

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

TEST_CASE("a commit that fails is tried again, and says whether that is known to help") {
  const bool retryable = GENERATE(true, false);
  Worker mill({.name = "local"});
  mill.sink.fail_next_commit(retryable);
  CHECK(mill.push(20, "1"));
  CHECK(mill.told() == (retryable ? "for now: the disk is full" : "the disk is full"));
  REQUIRE(mill.sink.wait_for(at(20)));
  CHECK(mill.told() == "recovered");
  const std::string kind = retryable ? "retryable" : "permanent";
  CHECK(mill.shows("deltamill_sink_errors_total{kind=\"" + kind + "\",sink=\"local\"} 1"));
  CHECK(mill.shows("deltamill_sink_retries_total{sink=\"local\"} 1"));
  CHECK(mill.sink.rows() == Texts{"1,~"});
}

TEST_CASE("the pauses between tries double up to the longest, and begin anew after a commit") {
  using Milliseconds = std::chrono::milliseconds;
  HeldClock clock;
  Worker mill({.name = "local", .retry_delay_max = Milliseconds(4)}, &clock);
  const auto fails_after = [&](std::uint64_t to, const std::vector<int>& pauses) {
    mill.sink.fail_next_commits(pauses.size(), true);
    CHECK(mill.push(to, std::to_string(to)));
    for (const int pause : pauses) {
      CHECK(mill.told() == "for now: the disk is full");
      clock.await_waiting(1);
      CHECK(clock.next_deadline() - clock.now() == Milliseconds(pause));
      clock.advance(Milliseconds(pause));
    }
    REQUIRE(mill.sink.wait_for(at(to)));
    CHECK(mill.told() == "recovered");
  };
  fails_after(20, {1, 2, 4, 4});
  fails_after(30, {1, 2});
}

TEST_CASE("a pause ends when the worker is detached") {
  HeldClock clock;
  Worker mill({.name = "local"}, &clock);
  mill.sink.fail_next_commit(true);
  CHECK(mill.push(20, "1"));
  clock.await_waiting(1);
  mill.worker->detach();
  CHECK(mill.worker->run([](Sink&) {}));
  CHECK(mill.sink.frontier() == at(10));
}

TEST_CASE("two rows with one key set their view aside") {
  Worker mill({.name = "local"});
  mill.sink.conflict_in_next_commit(0);
  CHECK(mill.push(20, "1"));
  CHECK(mill.told() == "view 0: two rows have one key");
  CHECK(mill.push(30, "2"));
  REQUIRE(mill.sink.wait_for(at(30)));
  CHECK(mill.sink.rows().empty());
  CHECK_FALSE(mill.sink.current(0));
  CHECK(mill.shows("deltamill_sink_errors_total{kind=\"key_conflict\",sink=\"local\"} 1"));
}

TEST_CASE("a store that is not where it was left is let go, until it is attached again") {
  Worker mill;
  mill.sink.copy();
  CHECK(mill.push(20, "1"));
  REQUIRE(mill.sink.wait_for(at(20)));
  mill.sink.put_copy_back();
  CHECK(mill.push(30, "2"));
  CHECK(mill.told() == "lost: another instance wrote");
  CHECK_FALSE(mill.push(40, "3"));
  CHECK(mill.worker->run([](Sink& sink) { (void)sink.reopen(); }));
  mill.follow();
  CHECK(mill.push(40, "3"));
  REQUIRE(mill.sink.wait_for(at(40)));
  CHECK(mill.sink.rows() == Texts{"3,~"});
}

TEST_CASE("a commit too large to be kept is let go when it fails") {
  Worker mill({.name = "local", .kept_bytes_max = 150});
  mill.sink.fail_next_commit(true);
  CHECK(mill.push(20, "1", 1, false));
  CHECK(mill.push(20, "2", 1, false));
  CHECK(mill.push(20, "3", 1, true));
  CHECK(mill.told() == "for now: the disk is full");
  CHECK(mill.told() == "lost: a commit failed that was too large to be kept");
  CHECK(mill.sink.frontier() == at(10));
}

TEST_CASE("a lost answer is resolved by nobody when the frontier did not move") {
  Worker mill;
  mill.sink.lose_next_answer();
  CHECK(mill.push(10, "1"));
  const std::optional<std::string> told = mill.told();
  REQUIRE(told);
  CHECK(told->starts_with("lost: the answer to a commit got lost"));
}

TEST_CASE("a detached worker takes tasks but no deltas") {
  Worker mill;
  mill.worker->detach();
  CHECK_FALSE(mill.push(30, "2"));
  CHECK(mill.worker->run([](Sink&) {}));
}

TEST_CASE("a task waits for the end of a transaction in slices") {
  Worker mill;
  CHECK(mill.push(20, "1", 1, false));
  REQUIRE(mill.sink.wait_for_written(1));
  std::jthread task(
      [&] { CHECK(mill.worker->run([&](Sink& sink) { CHECK(sink.frontier() == at(20)); })); });
  CHECK(mill.push(20, "2", 1, true));
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

TEST_CASE("a posted task sees exactly what was pushed before it committed") {
  Worker mill;
  std::promise<Frontier> seen;
  CHECK(mill.push(20, "1"));
  CHECK(mill.push(30, "2"));
  CHECK(mill.worker->post([&](Sink& sink) { seen.set_value(sink.frontier()); }));
  CHECK(mill.push(40, "3"));
  CHECK(seen.get_future().get() == at(30));
}

TEST_CASE("a posted task is not run by a worker that was detached before it") {
  Worker mill;
  mill.sink.hold();
  CHECK(mill.push(20, "1"));
  auto seen = std::make_shared<std::promise<void>>();
  std::future<void> done = seen->get_future();
  CHECK(mill.worker->post([seen = std::move(seen)](Sink&) { seen->set_value(); }));
  mill.worker->detach();
  mill.sink.release();
  CHECK_THROWS_AS(done.get(), std::future_error);
}

TEST_CASE("rows in error are counted in the commit of their transaction") {
  Worker mill;
  ViewDeltas views;
  views.views.push_back(
      {0, {}, {{"project", "division by zero", "1", 2}, {"project", "division by zero", "2", -1}}});
  REQUIRE(mill.push(20, std::move(views)));
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

TEST_CASE("a full queue has no room until its first item is taken") {
  Worker mill({.name = "local", .queue_bytes_max = 150, .gather_rows_max = 1});
  mill.sink.hold();
  for (std::uint64_t to = 20; to <= 50; to += 10) CHECK(mill.push(to, std::to_string(to)));
  CHECK_FALSE(mill.worker->wait_for_room(std::chrono::steady_clock::now()));
  mill.sink.release();
  CHECK(mill.worker->wait_for_room(std::chrono::steady_clock::now() + std::chrono::seconds(10)));
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
