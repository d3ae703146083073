// One thread per sink: takes deltas in order, gathers what waits, commits rows and frontier
// together and resolves what is in doubt. Everything that writes to the sink passes through here,
// builds of new generations included. A failure ends the worker; the service then replays from the
// sink's stored frontier.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "service/telemetry/metrics.h"
#include "sinks/sink.h"
#include "views/dataflow/graph.h"

namespace deltamill {

// Deltas of one batch or slice.
struct SinkDeltas {
  ViewDeltas deltas;
  Frontier to;
  bool complete = true;   // false: more of the same transaction follows before a commit
  std::size_t bytes = 0;  // for the queue's limit
};

// Something else to be done on the sink's thread, after everything queued before it is committed.
using SinkTask = std::function<void(Sink& sink)>;

struct SinkWorkerOptions {
  std::string name;                                     // of the sink
  std::size_t queue_bytes_max = std::size_t{64} << 20;  // at least one item is always taken
  std::size_t gather_rows_max = 200'000;  // rows in one commit, unless one batch has more
};

// Why a worker ended.
struct SinkFailure {
  std::optional<std::uint32_t> view;  // offset among the sink's views: two of its rows had one key
  bool retryable = false;             // replaying from the stored frontier may help
  std::string message;
};

class SinkWorker {
 public:
  // Called on the worker's thread.
  struct Listeners {
    std::function<void(Frontier)> committed;         // after each commit
    std::function<void(const SinkFailure&)> failed;  // once, before the thread ends
    std::function<void(bool idle)> between_commits;  // nothing is open; idle = nothing waits
  };

  // `view_of[i]` is the sink's view for the graph's view i. Deltas go to a view's generation from
  // the moment that follow() names it; before, they are dropped (replay below the sink's frontier).
  SinkWorker(Sink& sink, std::vector<std::uint32_t> view_of, SinkWorkerOptions options,
             Metrics& metrics, Listeners listeners);
  ~SinkWorker();  // abandons what is not committed

  // Waits while the queue is full. False = the worker has ended.
  bool push(SinkDeltas deltas);
  // Runs `task` on the worker's thread and waits; rethrows what it throws. False = the worker has
  // ended.
  bool run(const SinkTask& task);

  // How deltas are written: as changes of what readers see, or as the rows of a generation being
  // filled.
  enum class Filling : std::uint8_t { no, yes };

  // Where deltas of a view go. REQUIRES: called by a task, or before the first push.
  void follow(Generation generation, Filling filling);

 private:
  struct Task {
    const SinkTask* task = nullptr;
    std::exception_ptr failure;
    bool done = false;
  };
  struct Work {
    SinkDeltas deltas;
    Task* task = nullptr;
  };

  void loop();
  void work();
  [[nodiscard]] bool next(Work& work);
  void apply(const SinkDeltas& deltas);
  void commit();
  void run_task(Task& task);
  [[nodiscard]] bool more_waits();
  void end(const SinkFailure& failure);
  void show_queue(std::size_t bytes);
  void count_error(const char* kind);

  Sink& sink_;
  const std::vector<std::uint32_t> view_of_;
  const SinkWorkerOptions options_;
  Metrics& metrics_;
  const Listeners listeners_;

  // Owned by the worker's thread.
  struct Followed {
    std::optional<Generation> generation;
    Filling filling = Filling::no;
  };
  std::vector<Followed> followed_;  // by the sink's view
  Frontier stored_;                 // of the last commit
  Frontier pending_;                // what the open commit reaches
  std::size_t open_rows_ = 0;
  bool within_ = false;  // inside a large transaction: slices applied, its end not seen

  const MetricLabels queue_labels_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Work> queue_;       // guarded by mutex_
  std::size_t queue_bytes_ = 0;  // guarded by mutex_
  bool stopping_ = false;        // guarded by mutex_
  bool ended_ = false;           // guarded by mutex_
  std::thread thread_;
};

}  // namespace deltamill
