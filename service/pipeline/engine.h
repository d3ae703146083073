// The engine thread: batches from the journal, through the dataflow, to the sink's worker. It also
// brings the state up at start (recovery): base rows, then transactions; what a sink already holds
// is not sent to it again, and batches are cut exactly at the sink's frontier.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "service/atomic_frontier.h"
#include "service/journal/journal.h"
#include "service/pipeline/error_list.h"
#include "service/pipeline/replay.h"
#include "service/pipeline/sink_worker.h"
#include "service/telemetry/metrics.h"
#include "sinks/sink.h"
#include "views/dataflow/graph.h"

namespace deltamill {

// A view in the engine: its plan, and its place among the sink's views.
struct EngineView {
  BoundView bound;
  std::uint32_t sink_view = 0;
};

struct EngineOptions {
  std::string sink_name = "local";
  std::size_t memory_bytes_max = std::size_t{1} << 30;  // of the dataflow's state
  BatchLimits batch;
  std::optional<Frontier> until;  // stop exactly here
};

// Why the engine or its sink's worker ended. `sink_views` are at fault; empty = the whole engine
// is.
struct EngineFailure {
  std::vector<std::uint32_t> sink_views;
  bool retryable = false;
  std::string message;
};

struct EngineListeners {
  // Engine thread, before a block is applied.
  std::function<void(const Block&)> read;
  // Worker's thread, after each commit.
  std::function<void(Frontier)> committed;
  // Engine thread, while views load: base rows so far and in all.
  std::function<void(std::uint64_t rows, std::uint64_t total)> loading;
  // Engine thread: these views follow from now on.
  std::function<void(const std::vector<std::uint32_t>& sink_views)> live;
  // Any thread, at most once.
  std::function<void(const EngineFailure&)> failed;
  // Worker's thread, when nothing is open; idle = nothing waits.
  std::function<void(bool idle)> between_commits;
};

class Engine {
 public:
  // REQUIRES: the bases of all tables of the views are complete in the journal; everything outlives
  // the engine.
  Engine(Journal& journal, Sink& sink, std::vector<EngineView> views, EngineOptions options,
         Metrics& metrics, ErrorLists& errors, EngineListeners listeners);
  ~Engine();  // stops at the next batch boundary

  // What a task on the engine thread may do, between two batches.
  class Pause {
   public:
    virtual ~Pause() = default;
    [[nodiscard]] virtual Frontier frontier() const = 0;
    [[nodiscard]] virtual SinkWorker& worker() = 0;
    // Runs `task` on the sink's thread when exactly the transactions below `frontier` are committed
    // there. REQUIRES: frontier >= frontier().
    virtual void when_at(Frontier frontier, SinkTask task) = 0;
  };

  // Runs `task` on the engine thread at a batch boundary and waits; rethrows what it throws. False
  // = it has ended.
  bool run(const std::function<void(Pause&)>& task);

  // Every view follows: none waits for the sink's frontier or for its first rows.
  [[nodiscard]] bool settled() const { return settled_; }
  // Bytes of state, as of the last batch.
  [[nodiscard]] std::size_t memory_bytes() const { return memory_bytes_; }
  [[nodiscard]] Frontier frontier() const;
  // Sizes of the operators; their readers are views of the sink. REQUIRES: called on the engine's
  // thread, as by a task of run().
  [[nodiscard]] std::vector<OperatorSize> sizes() const;

 private:
  class Boundary;
  struct Task;

  void loop(const std::stop_token& stop);
  void work(const std::stop_token& stop);
  void choose_generations();
  void load_base(const std::stop_token& stop);
  void follow_running();
  void activate_loaded();
  void step(const Batch& batch);
  void at_boundary();
  void run_tasks();
  void push(ViewDeltas deltas, const Batch& batch);
  void collect_errors(const ViewDeltas& deltas, bool complete);
  void record(const Batch& batch, const ViewDeltas& deltas, double seconds);
  void check_memory();
  void fail(EngineFailure failure);
  [[nodiscard]] std::vector<std::uint32_t> readers_of(Oid table) const;

  Journal& journal_;
  Sink& sink_;
  std::vector<EngineView> views_;
  const EngineOptions options_;
  Metrics& metrics_;
  ErrorLists& errors_;
  const EngineListeners listeners_;

  Graph graph_;
  Replay replay_;
  SinkWorker worker_;
  std::atomic<std::size_t> memory_bytes_ = 0;
  AtomicFrontier frontier_;
  std::atomic<bool> settled_ = false;

  // Owned by the engine thread.
  Frontier stored_;                  // the sink's, at start
  std::vector<Generation> running_;  // followed from stored_ on
  std::vector<Generation> loading_;  // being filled
  Frontier activation_;              // the loading views are complete from here on
  bool following_ = false;
  bool within_ = false;         // between slices of one transaction
  bool worker_within_ = false;  // the same of what the worker was sent
  bool reached_until_ = false;
  std::multimap<Frontier, SinkTask> waiting_;
  std::vector<ViewDelta> pending_errors_;  // of the slices of an unfinished transaction

  std::mutex mutex_;
  std::deque<Task*> tasks_;  // guarded by mutex_
  std::condition_variable task_done_;
  bool ended_ = false;  // guarded by mutex_
  std::atomic<bool> failed_ = false;
  std::jthread thread_;
};

}  // namespace deltamill
