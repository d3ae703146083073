// Keeps the jobs and runs them, one after another, on a thread of its own. Work runs without the
// mutex; what it tells of itself it writes under it.
#include "service/pipeline/jobs.h"

#include <fmt/format.h>

#include <chrono>

#include "service/telemetry/utc_text.h"

namespace deltamill {

namespace {

// Jobs that have ended are kept for whoever asks later, so their number is bounded.
constexpr std::size_t kept_jobs_max = 100;

bool active_state(JobState state) {
  return state == JobState::queued || state == JobState::running;
}

}  // namespace

// Guarded by the registry's mutex, but for `stop`, which has its own, and `work` while it runs.
struct Jobs::Job {
  JobStatus status;
  JobWork work;
  std::stop_source stop;
  std::string interruption;  // why it was stopped, if not by its caller
  Clock::Time phase_began;
  std::uint64_t phase_begin_rows = 0;
};

class Jobs::Control : public JobControl {
 public:
  Control(Jobs& jobs, Job& job) : jobs_(jobs), job_(job), stop_(job.stop.get_token()) {}

  void phase(const std::string& name) override {
    const MutexLock lock(jobs_.mutex_);
    job_.status.phase = name;
    job_.phase_began = jobs_.clock_.now();
    // A rate is one of its phase: loading is much faster than catching up.
    job_.phase_begin_rows = job_.status.rows;
  }

  void progress(std::uint64_t rows, std::uint64_t total_rows) override {
    const MutexLock lock(jobs_.mutex_);
    const std::chrono::duration<double> elapsed = jobs_.clock_.now() - job_.phase_began;
    job_.status.rows = rows;
    job_.status.total_rows = total_rows;
    if (elapsed.count() > 0 && rows > job_.phase_begin_rows)
      job_.status.rows_per_second =
          static_cast<double>(rows - job_.phase_begin_rows) / elapsed.count();
  }

  [[nodiscard]] const std::stop_token& stop() const override { return stop_; }

 private:
  Jobs& jobs_;
  Job& job_;
  std::stop_token stop_;
};

Jobs::Jobs(Clock& clock)
    : clock_(clock), prefix_(fmt::format("{:x}", clock.wall_us())), thread_([this] { loop(); }) {}

Jobs::~Jobs() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
    // Those queued too, or the thread would begin the next one.
    for (const auto& job : jobs_) job->stop.request_stop();
  }
  changed_.notify_all();
  thread_.join();
}

std::string Jobs::new_id() {
  return fmt::format("{}-{}", prefix_, next_id_++);
}

std::optional<std::string> Jobs::start(JobKind kind, const std::string& view, JobWork work,
                                       const std::string& id) {
  const MutexLock lock(mutex_);
  if (find_active(kind, view) != nullptr) return std::nullopt;
  auto job = std::make_shared<Job>();
  job->status.id = id.empty() ? new_id() : id;
  job->status.kind = kind;
  job->status.view = view;
  job->work = std::move(work);
  jobs_.push_back(job);
  // One that is queued or runs is never forgotten, however many come.
  if (jobs_.size() > kept_jobs_max && !active_state(jobs_.front()->status.state)) jobs_.pop_front();
  changed_.notify_all();
  return job->status.id;
}

std::vector<JobStatus> Jobs::all() const {
  const MutexLock lock(mutex_);
  std::vector<JobStatus> result;
  for (const auto& job : jobs_) result.push_back(job->status);
  return result;
}

std::optional<JobStatus> Jobs::find(const std::string& id) const {
  const MutexLock lock(mutex_);
  for (const auto& job : jobs_)
    if (job->status.id == id) return job->status;
  return std::nullopt;
}

std::string Jobs::active(JobKind kind, const std::string& view) const {
  const MutexLock lock(mutex_);
  const std::shared_ptr<Job> job = find_active(kind, view);
  return job == nullptr ? std::string() : job->status.id;
}

std::shared_ptr<Jobs::Job> Jobs::find_active(JobKind kind, const std::string& view) const {
  for (const auto& job : jobs_)
    if (job->status.kind == kind && job->status.view == view && active_state(job->status.state))
      return job;
  return nullptr;
}

std::shared_ptr<Jobs::Job> Jobs::first_queued() const {
  for (const auto& job : jobs_)
    if (job->status.state == JobState::queued) return job;
  return nullptr;
}

bool Jobs::cancel(const std::string& id) {
  const MutexLock lock(mutex_);
  for (const auto& job : jobs_) {
    if (job->status.id != id || !active_state(job->status.state)) continue;
    job->stop.request_stop();
    // It never begins. One that runs ends when its work looks at the token.
    if (job->status.state == JobState::queued) {
      job->status.state = JobState::cancelled;
      job->status.finished_at = utc_text(clock_.wall_us());
      job->work = nullptr;
    }
    return true;
  }
  return false;
}

void Jobs::interrupt(const std::string& reason) {
  const MutexLock lock(mutex_);
  for (const auto& job : jobs_) {
    if (job->status.state != JobState::running || job->stop.stop_requested()) continue;
    // Told apart from a cancellation, which its caller wanted.
    job->interruption = reason;
    job->stop.request_stop();
  }
}

void Jobs::loop() {
  MutexLock lock(mutex_);
  while (!stopping_) {
    const std::shared_ptr<Job> next = first_queued();
    if (next == nullptr) {
      changed_.wait(lock);
      continue;
    }
    next->status.state = JobState::running;
    next->status.started_at = utc_text(clock_.wall_us());
    // Its work takes as long as it takes, and tells about itself under the lock.
    lock.unlock();
    run(*next);
    lock.lock();
  }
}

void Jobs::run(Job& job) {
  std::string result = "null";
  std::string error;
  JobState state = JobState::done;
  try {
    Control control(*this, job);
    result = job.work(control);
  } catch (const std::exception& failure) {
    // What a job that is asked to stop stumbles over is not why it ended.
    state = job.stop.stop_requested() ? JobState::cancelled : JobState::failed;
    if (state == JobState::failed) error = failure.what();
  }
  const MutexLock lock(mutex_);
  if (state == JobState::cancelled && !job.interruption.empty()) {
    state = JobState::failed;
    error = job.interruption;
  }
  job.status.state = state;
  job.status.result_json = std::move(result);
  job.status.error = std::move(error);
  job.status.finished_at = utc_text(clock_.wall_us());
  // What the work holds on to is let go with it: the status stays for long.
  job.work = nullptr;
}

}  // namespace deltamill
