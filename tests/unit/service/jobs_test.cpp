// One job at a time, in order; cancelled, failed, forgotten.
#include "service/pipeline/jobs.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <future>
#include <thread>

namespace deltamill {

namespace {

// Waits until a job has ended.
JobStatus ended(const Jobs& jobs, const std::string& id) {
  for (int round = 0; round < 2000; ++round) {
    const std::optional<JobStatus> status = jobs.find(id);
    if (status && status->state != JobState::queued && status->state != JobState::running)
      return *status;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  throw std::runtime_error("the job did not end");
}

// Work that runs until it is let go or cancelled.
struct Gate {
  std::promise<void> opened;
  std::shared_future<void> open{opened.get_future()};

  [[nodiscard]] JobWork work() const {
    return [gate = open](JobControl& control) {
      while (gate.wait_for(std::chrono::milliseconds(1)) == std::future_status::timeout)
        if (control.stop().stop_requested()) throw JobCancelled();
      return std::string("1");
    };
  }
};

}  // namespace

TEST_CASE("a job's result is kept") {
  Jobs jobs;
  const auto id = jobs.start(JobKind::verify, "v", [](JobControl& control) {
    control.phase("compare");
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
  CHECK_FALSE(status.started_at.empty());
  CHECK_FALSE(status.finished_at.empty());
}

TEST_CASE("what a job throws becomes its error") {
  Jobs jobs;
  const auto id = jobs.start(JobKind::rebuild, "v", [](JobControl&) -> std::string {
    throw std::runtime_error("the engine is not running");
  });
  const JobStatus status = ended(jobs, *id);
  CHECK(status.state == JobState::failed);
  CHECK(status.error == "the engine is not running");
}

TEST_CASE("one job of a kind runs for a view") {
  Jobs jobs;
  Gate gate;
  const auto first = jobs.start(JobKind::rebuild, "v", gate.work());
  REQUIRE(first);
  CHECK_FALSE(jobs.start(JobKind::rebuild, "v", gate.work()));
  CHECK(jobs.active(JobKind::rebuild, "v") == *first);
  CHECK(jobs.active(JobKind::verify, "v").empty());
  const auto other = jobs.start(JobKind::rebuild, "w", gate.work());
  REQUIRE(other);
  gate.opened.set_value();
  CHECK(ended(jobs, *other).state == JobState::done);
  CHECK(jobs.start(JobKind::rebuild, "v", gate.work()));
}

TEST_CASE("a running job is cancelled by its token, a queued one never runs") {
  Jobs jobs;
  Gate gate;
  const auto running = jobs.start(JobKind::rebuild, "v", gate.work());
  const auto queued = jobs.start(JobKind::rebuild, "w", gate.work());
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
  Jobs jobs;
  const auto id = jobs.start(JobKind::verify, "v", [](JobControl& control) -> std::string {
    while (!control.stop().stop_requested())
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    throw std::runtime_error("the query was cancelled");
  });
  CHECK(jobs.cancel(*id));
  const JobStatus status = ended(jobs, *id);
  CHECK(status.state == JobState::cancelled);
  CHECK(status.error.empty());
}

TEST_CASE("an interrupted job fails for the reason given, queued ones go on") {
  Jobs jobs;
  Gate gate;
  const auto running = jobs.start(JobKind::rebuild, "v", gate.work());
  while (jobs.find(*running)->state == JobState::queued)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  const auto queued = jobs.start(JobKind::rebuild, "w", gate.work());
  jobs.interrupt("the engine it used has ended");
  const JobStatus status = ended(jobs, *running);
  CHECK(status.state == JobState::failed);
  CHECK(status.error == "the engine it used has ended");
  gate.opened.set_value();
  CHECK(ended(jobs, *queued).state == JobState::done);
}

TEST_CASE("ending the registry cancels what runs") {
  Gate gate;
  auto jobs = std::make_unique<Jobs>();
  REQUIRE(jobs->start(JobKind::rebuild, "v", gate.work()));
  jobs.reset();
  SUCCEED("it did not wait for the gate");
}

TEST_CASE("the last hundred jobs are kept") {
  Jobs jobs;
  std::string last;
  for (int job = 0; job < 120; ++job) {
    const auto id = jobs.start(JobKind::verify, "v" + std::to_string(job),
                               [](JobControl&) { return std::string("null"); });
    REQUIRE(id);
    last = *id;
    (void)ended(jobs, last);
  }
  CHECK(jobs.all().size() == 100);
  CHECK(jobs.all().back().id == last);
}

}  // namespace deltamill
