// The engine thread: batches from the journal, through the dataflow, to every sink that keeps up. It
// knows no sink by kind and waits for none that another would have to wait for too: who cannot follow
// is left to a replay of its own (CatchUp) and comes back. At start it brings the state up (recovery):
// base rows, then transactions, cut exactly where each sink stands.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "service/atomic_frontier.h"
#include "service/journal/journal.h"
#include "service/mutex.h"
#include "service/pipeline/catch_up.h"
#include "service/pipeline/pausable_engine.h"
#include "service/pipeline/sink_follower.h"
#include "service/pipeline/view_stream.h"
#include "service/telemetry/metrics.h"

namespace deltamill {

struct EngineOptions {
  std::size_t memory_bytes_max = std::size_t{1} << 30;  // of the dataflow's state
  BatchLimits batch;
  std::optional<Frontier> until;  // stop exactly here
  // How long the engine waits at its start for the sinks' answers when there are several.
  std::chrono::milliseconds begin_patience{2'000};
};

// Why the engine ended. `views`, by the project's numbers, are at fault; empty = the whole engine is.
struct EngineFailure {
  std::vector<std::uint32_t> views;
  std::string message;
};

struct EngineListeners {
  // Engine thread, before a block is applied.
  std::function<void(const Block&)> read = [](const Block&) {};
  // Engine thread, while views load: base rows so far and in all.
  std::function<void(std::uint64_t rows, std::uint64_t total)> loading = [](std::uint64_t,
                                                                            std::uint64_t) {};
  // Engine thread: a sink is too far behind, for this reason, and is replayed for alone.
  std::function<void(const SinkFollower& follower, const std::string& reason)> left_behind =
      [](const SinkFollower&, const std::string&) {};
  // Engine thread, at most once.
  std::function<void(const EngineFailure&)> failed = [](const EngineFailure&) {};
};

class Engine : public PausableEngine {
 public:
  // REQUIRES: the bases of all tables of the views are complete in the journal; views in dependency
  // order; the followers hang on no other stream; everything outlives the engine.
  Engine(Journal& journal, Clock& clock, std::vector<SinkFollower*> followers,
         std::vector<StreamedView> views, EngineOptions options, Metrics& metrics,
         EngineListeners listeners);
  ~Engine() override;  // stops at the next batch boundary and detaches the followers

  using Pause = EnginePause;
  bool run(const std::function<void(Pause&)>& task) override;

  // Bytes of state, as of the last batch.
  [[nodiscard]] std::size_t memory_bytes() const { return memory_bytes_; }
  [[nodiscard]] Frontier frontier() const override { return frontier_.load(); }
  // Sizes of the operators; their readers are the project's numbers. REQUIRES: called on the
  // engine's thread, as by a task of run().
  [[nodiscard]] std::vector<OperatorSize> sizes() const { return stream_.sizes(); }

 private:
  class Boundary;
  struct Task;
  // A sink, and the replay that brings it up while it does not hang on the engine.
  struct Attachment {
    SinkFollower* follower = nullptr;
    bool joined = false;
    std::unique_ptr<CatchUp> catch_up;
  };
  struct Waiting {
    SinkFollower* follower = nullptr;
    SinkTask task;
  };

  void loop(const std::stop_token& stop);
  void work(const std::stop_token& stop);
  void begin_sinks(const std::stop_token& stop);
  void join_begun(Attachment& attachment, std::future<SinkFollower::Cuts>& beginning,
                  Clock::Time deadline, const std::stop_token& stop);
  void load_base(const std::stop_token& stop);
  void at_boundary();
  void mind_sinks();
  void run_waiting(Frontier frontier);
  void run_tasks();
  void wait_for_task();
  [[nodiscard]] bool make_room();
  [[nodiscard]] bool may_wait_for(const SinkFollower& follower) const;
  void leave_behind(Attachment& attachment, const std::string& reason);
  void push(const SharedDeltas& deltas);
  void record(const ViewStream::Step& step);
  void count_changes(const Batch& batch);
  void check_memory();
  void fail(EngineFailure failure);

  Journal& journal_;
  Clock& clock_;
  const EngineOptions options_;
  Metrics& metrics_;
  const EngineListeners listeners_;

  ViewStream stream_;
  std::atomic<std::size_t> memory_bytes_ = 0;
  AtomicFrontier frontier_;

  // Owned by the engine thread.
  std::vector<Attachment> attachments_;
  bool loading_ = true;  // base rows are being read
  std::multimap<Frontier, Waiting> waiting_;

  Mutex mutex_;
  CondVar task_come_;
  CondVar task_done_;
  std::deque<Task*> tasks_ DM_GUARDED_BY(mutex_);
  bool ended_ DM_GUARDED_BY(mutex_) = false;
  std::atomic<bool> failed_ = false;
  std::jthread thread_;
};

}  // namespace deltamill
