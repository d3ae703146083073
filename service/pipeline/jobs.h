// Rebuilds and verifications asked for by operators: one background thread, one job at a time, the
// last hundred kept.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "service/clock.h"
#include "service/mutex.h"

namespace deltamill {

enum class JobKind : std::uint8_t { rebuild, verify };
enum class JobState : std::uint8_t { queued, running, done, failed, cancelled };

struct JobStatus {
  std::string id;
  JobKind kind = JobKind::rebuild;
  std::string view;
  JobState state = JobState::queued;
  std::string phase;       // load, catch_up, activate, compare
  std::uint64_t rows = 0;  // progress
  std::uint64_t total_rows = 0;
  double rows_per_second = 0;
  std::string result_json = "null";  // a JSON document
  std::string error;
  std::string started_at;  // ISO 8601 UTC, empty = not yet
  std::string finished_at;
};

// What a running job tells about itself and learns.
class JobControl {
 public:
  virtual ~JobControl() = default;
  virtual void phase(const std::string& name) = 0;
  virtual void progress(std::uint64_t rows, std::uint64_t total_rows) = 0;
  [[nodiscard]] virtual const std::stop_token& stop() const = 0;  // cancelled, or the service stops
};

// Thrown by a job that saw its stop token.
class JobCancelled : public std::exception {};

// Does the work; returns the result as a JSON document. What it throws becomes the job's error.
using JobWork = std::function<std::string(JobControl& control)>;

class Jobs {
 public:
  explicit Jobs(Clock& clock);
  ~Jobs();  // cancels what runs and waits for it

  // An id that no job has or had.
  [[nodiscard]] std::string new_id();
  // Queues a job under this id, a new one if it is empty; nothing when one of this kind is queued
  // or running for the view.
  [[nodiscard]] std::optional<std::string> start(JobKind kind, const std::string& view,
                                                 JobWork work, const std::string& id = {});
  [[nodiscard]] std::vector<JobStatus> all() const;
  [[nodiscard]] std::optional<JobStatus> find(const std::string& id) const;
  // The id of the queued or running job of this kind for the view, or empty.
  [[nodiscard]] std::string active(JobKind kind, const std::string& view) const;
  // False = unknown or already finished.
  bool cancel(const std::string& id);
  // Ends the job that runs; it fails for this reason.
  void interrupt(const std::string& reason);

 private:
  struct Job;
  class Control;

  void loop();
  void run(Job& job);
  [[nodiscard]] std::shared_ptr<Job> first_queued() const DM_REQUIRES(mutex_);
  // The queued or running job of this kind for the view; nullptr = none.
  [[nodiscard]] std::shared_ptr<Job> find_active(JobKind kind, const std::string& view) const
      DM_REQUIRES(mutex_);

  Clock& clock_;
  const std::string prefix_;  // of ids: differs from run to run
  std::atomic<std::uint64_t> next_id_ = 1;

  mutable Mutex mutex_;
  CondVar changed_;
  // In the order in which they were started. Shared: the one that runs may be forgotten meanwhile.
  std::deque<std::shared_ptr<Job>> jobs_ DM_GUARDED_BY(mutex_);
  bool stopping_ DM_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // last: uses all the others
};

}  // namespace deltamill
