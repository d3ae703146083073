// One job at a time, in order; cancelled, failed, forgotten. Nothing here waits for a time.
#include "service/pipeline/jobs.h"

#include <catch2/catch.hpp>
#include <future>
#include <memory>

#include "tests/support/held_clock.h"

namespace deltamill {

namespace {

const JobWork no_work = [](JobControl&) { return std::string("null"); };

// The job once it has ended, as all jobs that were started so far. They run in their order, so they
// are over when one behind them begins.
JobStatus ended(Jobs& jobs, const std::string& id) {
  const auto begun = std::make_shared<std::promise<void>>();
  const auto last = jobs.start(JobKind::verify, "behind " + jobs.new_id(), [begun](JobControl&) {
    begun->set_value();
    return std::string("null");
  });
  REQUIRE(last);
  begun->get_future().wait();
  return jobs.find(id).value();
}

// Work that runs until it is let go or stopped.
class Gate {
 public:
  [[nodiscard]] JobWork work() {
    return [this](JobControl& control) {
      MutexLock lock(mutex_);
      running_ = true;
      changed_.notify_all();
      while (!open_ && !control.stop().stop_requested()) changed_.wait(lock, control.stop());
      if (control.stop().stop_requested()) {
        stopped_ = true;
        throw JobCancelled();
      }
      return std::string("1");
    };
  }
  void open() {
    const MutexLock lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void wait_until_running() {
    MutexLock lock(mutex_);
    while (!running_) changed_.wait(lock);
  }
  [[nodiscard]] bool stopped() {
    const MutexLock lock(mutex_);
    return stopped_;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  bool running_ DM_GUARDED_BY(mutex_) = false;
  bool open_ DM_GUARDED_BY(mutex_) = false;
  bool stopped_ DM_GUARDED_BY(mutex_) = false;
};

}  // namespace

TEST_CASE("a job's result is kept") {
  HeldClock clock;
  clock.set_wall_us(0);
  Jobs jobs(clock);
  const auto id = jobs.start(JobKind::verify, "v", [&clock](JobControl& control) {
    control.phase("compare");
    clock.advance(std::chrono::seconds(2));
    control.progress(3, 4);
    return std::string(R"({"rows":3})");
  });
  REQUIRE(id);
  const JobStatus status = ended(jobs, *id);
  CHECK(status.state == JobState::done);
  CHECK(status.result_json == R"({"rows":3})");
  CHECK(status.phase == "compare");
  CHECK(status.rows == 3);
  CHECK(status.total_rows == 4);
  CHECK(status.rows_per_second == 1.5);
  CHECK(status.started_at == "2000-01-01T00:00:00Z");
  CHECK(status.finished_at == "2000-01-01T00:00:02Z");
}

TEST_CASE("a job's speed is that of its phase") {
  HeldClock clock;
  Jobs jobs(clock);
  const auto id = jobs.start(JobKind::rebuild, "v", [&clock](JobControl& control) {
    control.phase("load");
    clock.advance(std::chrono::seconds(1));
    control.progress(1000, 2000);
    control.phase("catch_up");
    clock.advance(std::chrono::seconds(10));
    control.progress(1100, 1100);
    return std::string("null");
  });
  REQUIRE(id);
  CHECK(ended(jobs, *id).rows_per_second == 10);
}

TEST_CASE("what a job throws becomes its error") {
  HeldClock clock;
  Jobs jobs(clock);
  const auto id = jobs.start(JobKind::rebuild, "v", [](JobControl&) -> std::string {
    throw std::runtime_error("the engine is not running");
  });
  const JobStatus status = ended(jobs, *id);
  CHECK(status.state == JobState::failed);
  CHECK(status.error == "the engine is not running");
}

TEST_CASE("one job of a kind runs for a view") {
  HeldClock clock;
  Gate gate;
  Jobs jobs(clock);
  const auto first = jobs.start(JobKind::rebuild, "v", gate.work());
  REQUIRE(first);
  CHECK_FALSE(jobs.start(JobKind::rebuild, "v", gate.work()));
  CHECK(jobs.active(JobKind::rebuild, "v") == *first);
  CHECK(jobs.active(JobKind::verify, "v").empty());
  const auto other = jobs.start(JobKind::rebuild, "w", gate.work());
  REQUIRE(other);
  gate.open();
  CHECK(ended(jobs, *other).state == JobState::done);
  CHECK(jobs.start(JobKind::rebuild, "v", gate.work()));
}

TEST_CASE("a running job is cancelled by its token, a queued one never runs") {
  HeldClock clock;
  Gate gate;
  Jobs jobs(clock);
  const auto running = jobs.start(JobKind::rebuild, "v", gate.work());
  const auto queued = jobs.start(JobKind::rebuild, "w", gate.work());
  gate.wait_until_running();
  CHECK(jobs.cancel(*queued));
  CHECK(jobs.cancel(*running));
  CHECK(ended(jobs, *running).state == JobState::cancelled);
  CHECK(ended(jobs, *queued).state == JobState::cancelled);
  CHECK(jobs.find(*queued)->started_at.empty());
  CHECK_FALSE(jobs.find(*queued)->finished_at.empty());
  CHECK_FALSE(jobs.cancel(*running));
  CHECK_FALSE(jobs.cancel("no such job"));
}

TEST_CASE("whatever a job stumbles over once it is asked to stop, it was cancelled") {
  HeldClock clock;
  Gate gate;
  Jobs jobs(clock);
  const auto id = jobs.start(JobKind::verify, "v", [&gate](JobControl& control) -> std::string {
    try {
      return gate.work()(control);
    } catch (const JobCancelled&) {
      throw std::runtime_error("the query was cancelled");
    }
  });
  gate.wait_until_running();
  CHECK(jobs.cancel(*id));
  const JobStatus status = ended(jobs, *id);
  CHECK(status.state == JobState::cancelled);
  CHECK(status.error.empty());
}

TEST_CASE("an interrupted job fails for the reason given, queued ones go on") {
  HeldClock clock;
  Gate gate;
  Jobs jobs(clock);
  const auto running = jobs.start(JobKind::rebuild, "v", gate.work());
  gate.wait_until_running();
  const auto queued = jobs.start(JobKind::rebuild, "w", no_work);
  jobs.interrupt("the engine it used has ended");
  const JobStatus status = ended(jobs, *running);
  CHECK(status.state == JobState::failed);
  CHECK(status.error == "the engine it used has ended");
  CHECK(jobs.find(*queued)->state == JobState::done);
}

TEST_CASE("ending the registry cancels what runs") {
  HeldClock clock;
  Gate gate;
  auto jobs = std::make_unique<Jobs>(clock);
  REQUIRE(jobs->start(JobKind::rebuild, "v", gate.work()));
  gate.wait_until_running();
  jobs.reset();
  CHECK(gate.stopped());
}

TEST_CASE("the last hundred jobs are kept") {
  HeldClock clock;
  Jobs jobs(clock);
  std::string first;
  for (int job = 0; job < 120; ++job) {
    const auto id = jobs.start(JobKind::verify, "v" + std::to_string(job), no_work);
    REQUIRE(id);
    if (first.empty()) first = *id;
    (void)ended(jobs, *id);
  }
  CHECK(jobs.all().size() == 100);
  CHECK_FALSE(jobs.find(first));
}

}  // namespace deltamill
