// The thread of one sink. Takes deltas in order, gathers what waits, commits rows and frontier
// together, and gets over failures by itself: what is applied is kept until its commit is confirmed,
// so a commit that failed is applied again, after a pause that grows. Everything that touches the
// sink passes through here, builds of new generations included.
//
//   detached ──attach──► attached: applying ──commit──► applying
//       ▲                    │ commit fails: pause, apply again; in doubt: ask the store
//       └────────────────────┘ detach(), or the store is not where it was left: nothing is kept
//
// Detached, it takes no deltas, only tasks. What leads back is a replay from where the store stands:
// SinkFollower::begin.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "service/clock.h"
#include "service/pipeline/error_list.h"
#include "service/pipeline/shared_deltas.h"
#include "service/pipeline/sink_queue.h"
#include "service/telemetry/metrics.h"
#include "sinks/sink.h"

namespace deltamill {

struct SinkWorkerOptions {
  std::string name;                                     // of the sink
  std::size_t queue_bytes_max = std::size_t{64} << 20;  // waiting; one item is always taken
  std::size_t kept_bytes_max = std::size_t{64} << 20;   // applied and not confirmed
  std::size_t gather_rows_max = 200'000;  // rows in one commit, unless one batch has more
  std::chrono::milliseconds retry_delay_min{100};
  std::chrono::milliseconds retry_delay_max{10'000};
};

class SinkWorker {
 public:
  // Called on the worker's thread, never while it holds a lock.
  struct Listeners {
    // After each commit.
    std::function<void(Frontier)> committed = [](Frontier) {};
    // Readers of these generations see every commit from here on.
    std::function<void(const std::vector<Generation>&)> following =
        [](const std::vector<Generation>&) {};
    // A view of the sink has rows that cannot be kept. It gets no deltas any more; its last rows
    // stay, at the frontier of the last commit.
    std::function<void(std::uint32_t sink_view, const std::string& message)> set_aside =
        [](std::uint32_t, const std::string&) {};
    // A commit or a task failed and is tried again; `hopeful`: known to be worth it.
    std::function<void(bool hopeful, const std::string& message)> trouble =
        [](bool, const std::string&) {};
    // It works again.
    std::function<void()> recovered = [] {};
    // The worker detached itself.
    std::function<void(const std::string& reason)> lost = [](const std::string&) {};
  };

  // `sink_view_of[v]` is the sink's view for the project's view v, nothing when it is not kept
  // there. `errors`, if given, takes the rows in error of the sink's views with their commits.
  // Starts detached. Sink, clock, metrics and error lists outlive the worker.
  SinkWorker(Sink& sink, std::vector<std::optional<std::uint32_t>> sink_view_of,
             SinkWorkerOptions options, Clock& clock, Metrics& metrics, ErrorLists* errors,
             Listeners listeners);
  ~SinkWorker();  // abandons what is not committed

  // --- deltas, in order; called by one thread at a time ---

  // False = detached, nothing was taken. Never waits: whoever minds the limit asks has_room() first.
  bool push(SharedDeltas deltas);
  // Deltas of these views go to these generations, after everything pushed before.
  bool follow(std::vector<Generation> generations);
  // The generations, filled so far, become current at this frontier, which becomes the sink's.
  bool activate(std::vector<Generation> generations, Frontier frontier);
  // `task` runs when exactly what was pushed before is committed; it is destroyed without having run
  // when the worker detaches before. Nobody is told what it throws.
  bool post(SinkTask task);

  // These wait and answer as the queue does: sink_queue.h.
  [[nodiscard]] bool has_room() const { return queue_.has_room(); }
  bool wait_for_room(Clock::Time deadline) { return queue_.wait_for_room(deadline); }
  bool wait_until_drained(Clock::Time deadline) { return queue_.wait_until_drained(deadline); }
  [[nodiscard]] bool attached() const { return queue_.attached(); }
  // Drops what waits and what is not committed. Does not wait for a commit that is under way.
  void detach() { queue_.detach(); }
  // It has taken something or committed within this time.
  [[nodiscard]] bool moved_within(std::chrono::milliseconds time) const;

  // --- tasks ---

  // Runs `task` on the worker's thread as soon as nothing is open, and waits; rethrows what it
  // throws. False = the worker ends, or `stop` was requested before the task began.
  bool run(const SinkTask& task, const std::stop_token& stop = {}) {
    return queue_.run(task, stop);
  }
  // The same without waiting; dropped with the worker. Nobody is told what it throws.
  void spawn(SinkTask task) { queue_.spawn(std::move(task)); }

  // --- called by tasks ---

  // How deltas are written: as changes of what readers see, or as the rows of a generation being
  // filled.
  enum class Filling : std::uint8_t { no, yes };
  // REQUIRES: the view is not stopped().
  void follow_now(Generation generation, Filling filling);
  // Takes deltas from now on, for no generation yet; the next commit begins where the store stands.
  void attach();
  // The view gets no deltas any more; its last rows stay, at the frontier of the last commit.
  void stop(std::uint32_t sink_view);
  // It was stopped, or set aside, since attach().
  [[nodiscard]] bool stopped(std::uint32_t sink_view) const { return followed_[sink_view].stopped; }

 private:
  struct Followed {
    std::optional<Generation> generation;
    Filling filling = Filling::no;
    bool stopped = false;  // gets nothing any more until attach()
  };
  struct ViewErrors {
    std::uint32_t view = 0;  // of the project
    std::vector<ErrorDelta> errors;
  };
  // What the next commit holds: kept until it is confirmed, to be applied again when it fails.
  struct OpenCommit {
    std::vector<SharedDeltas> items;
    std::vector<Generation> activated;
    std::vector<ViewErrors> errors;
    std::size_t applied = 0;  // items that stand in the sink's open commit
    std::size_t rows = 0;
    std::size_t bytes = 0;
    Frontier to;             // the sink's frontier afterwards
    bool within = false;     // slices came, the end of their transaction did not
    bool forgotten = false;  // too much to be kept: a failure cannot be made good from here
  };

  void loop();
  void take(SinkQueue::Item item);
  void take_deltas(SharedDeltas deltas);
  void commit_open();
  void drop_stopped(std::vector<Generation>& generations) const;
  void gather_errors(const ViewDelta& delta);
  void settle(bool commit_too);
  void apply(const SharedDeltas& deltas);
  void commit();
  void confirm();
  // What is to be done after a failure: true = all of it again, false = nothing is left to do here.
  [[nodiscard]] bool recover(const std::exception_ptr& failure);
  [[nodiscard]] bool retry(std::string message, bool retryable, bool in_doubt);
  [[nodiscard]] bool resolve(bool in_doubt);
  [[nodiscard]] bool try_again();
  void set_aside(std::uint32_t sink_view, const std::string& message);
  void lose(const std::string& reason);
  void clear_open();
  void abandon() noexcept;
  void run_task(SinkQueue::Task& task);
  void rest();
  void note_progress();
  void count_error(const char* kind);

  Sink& sink_;
  const std::vector<std::optional<std::uint32_t>> sink_view_of_;
  const SinkWorkerOptions options_;
  Clock& clock_;
  Metrics& metrics_;
  ErrorLists* const errors_;
  const Listeners listeners_;

  // Owned by the worker's thread.
  std::vector<Followed> followed_;         // by the sink's view
  std::vector<std::uint32_t> to_freeze_;   // set aside, not yet frozen in the store
  std::optional<std::uint32_t> applying_;  // the sink's view whose rows are being written
  Frontier stored_;                        // of the last commit
  OpenCommit open_;
  std::chrono::milliseconds retry_delay_;
  bool troubled_ = false;  // a failure was told and no recovery since

  std::atomic<Clock::Time> moved_at_;
  SinkQueue queue_;
  std::thread thread_;
};

}  // namespace deltamill
