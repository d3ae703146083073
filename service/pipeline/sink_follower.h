// One sink on its way along the views: what of it is stored, which generations run or load, when
// they become current, how far it is, what ails it. It hangs on one stream of deltas at a time: the
// engine's, or a replay of its own when it is too far behind (CatchUp). It fails alone: nothing here
// ever makes the engine or another sink wait.
//
//   begin ──► load base rows ──► below the stored frontier ──► following
//                │ into new generations only       │ the running generations join at the stored
//                ▼                                  ▼ frontier, the new ones become current when
//              (push, push, …)                     all their tables are reflected
#pragma once

#include <atomic>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "service/mutex.h"
#include "service/pipeline/sink_condition.h"
#include "service/pipeline/sink_worker.h"

namespace deltamill {

struct SinkFollowerOptions {
  std::string type;  // of the sink: "sqlite", …
  SinkWorkerOptions worker;
  // The project's numbers of the sink's views, in the sink's order.
  std::vector<std::uint32_t> views;
  // Takes the rows in error of the sink's views with their commits; nullptr: another sink does it.
  ErrorLists* errors = nullptr;
};

// Called by any thread, never while a lock is held. Views are the project's numbers.
struct SinkFollowerListeners {
  // After each commit.
  std::function<void(Frontier)> committed = [](Frontier) {};
  // Readers of these views see every commit from here on. `activated`: as new generations.
  std::function<void(const std::vector<std::uint32_t>& views, bool activated)> live =
      [](const std::vector<std::uint32_t>&, bool) {};
  // The rows of a view cannot be kept: it has stopped in this sink.
  std::function<void(std::uint32_t view, const std::string& message)> view_failed =
      [](std::uint32_t, const std::string&) {};
  // The condition or its reason changed.
  std::function<void(SinkCondition condition, const std::string& error)> changed =
      [](SinkCondition, const std::string&) {};
};

class SinkFollower {
 public:
  // Sink, clock and metrics outlive the follower.
  SinkFollower(Sink& sink, std::size_t project_views, SinkFollowerOptions options, Clock& clock,
               Metrics& metrics, SinkFollowerListeners listeners);
  ~SinkFollower();  // abandons what is not committed

  [[nodiscard]] const std::string& name() const { return options_.worker.name; }
  [[nodiscard]] const std::string& type() const { return options_.type; }
  [[nodiscard]] const std::vector<std::uint32_t>& views() const { return options_.views; }
  [[nodiscard]] bool keeps(std::uint32_t view) const { return sink_view_of_[view].has_value(); }
  // REQUIRES: keeps(view).
  [[nodiscard]] std::uint32_t sink_view(std::uint32_t view) const { return *sink_view_of_[view]; }

  // --- thread-safe ---

  // What is durable there, as of the last commit or begin().
  [[nodiscard]] Frontier frontier() const;
  [[nodiscard]] SinkCondition condition() const;
  [[nodiscard]] std::string error() const;
  // Every view of the stream it hangs on is followed: none waits for its first rows.
  [[nodiscard]] bool settled() const { return settled_; }

  // Runs `task` on the sink's thread as soon as nothing is open there, and waits; rethrows what it
  // throws. False = not run: stopped.
  bool run(const SinkTask& task, const std::stop_token& stop = {});
  // The same without waiting; nobody is told what it throws.
  void spawn(SinkTask task) { worker_->spawn(std::move(task)); }
  // The view gets no deltas any more; its last rows stay, at the frontier of the last commit.
  void stop_view(std::uint32_t view);

  // --- of the thread whose stream it hangs on ---

  // Where batches must be cut for this sink.
  struct Cuts {
    Frontier stored;      // below it the sink needs nothing
    Frontier activation;  // new generations become current here
  };
  // `bases` has, for each view of the stream, the smallest frontier at which its rows can be had
  // from the journal. A view whose current generation is of its present definition, and
  // not older than that, is followed from the stored frontier on; every other one is filled anew.
  // REQUIRES: detached. Waits for the sink. Throws SinkFailed; nothing = stopped.
  using Bases = std::map<std::uint32_t, Frontier>;
  [[nodiscard]] std::optional<Cuts> begin(const Bases& bases, const std::stop_token& stop);
  // The same without waiting. If the result is not waited for, begin() is to be called again; the
  // promise breaks when the follower ends first.
  [[nodiscard]] std::future<Cuts> begin_soon(Bases bases);
  // Deltas of base rows, then of transactions, in order. Never waits. False = it is detached.
  bool push(const SharedDeltas& deltas);
  // After each whole batch, with its end, before the next push.
  void at_boundary(Frontier frontier);
  // Runs `task` on the sink's thread when exactly what was pushed before is committed; destroyed
  // without having run when the follower is detached before.
  bool post(SinkTask task) { return worker_->post(std::move(task)); }
  // Deltas pushed after this go to the generation. REQUIRES: called by a task; not stopped(view).
  void follow_now(Generation generation);
  // The view gets nothing any more. REQUIRES: called by a task.
  [[nodiscard]] bool stopped(std::uint32_t view) const { return worker_->stopped(sink_view(view)); }

  [[nodiscard]] bool has_room() const { return worker_->has_room(); }
  bool wait_for_room(Clock::Time deadline) { return worker_->wait_for_room(deadline); }
  // Nothing waits in the queue; False = the time is over, or it is detached.
  bool wait_until_drained(Clock::Time deadline) { return worker_->wait_until_drained(deadline); }
  [[nodiscard]] bool moved_within(std::chrono::milliseconds time) const {
    return worker_->moved_within(time);
  }
  // Takes deltas; otherwise begin() is to be called.
  [[nodiscard]] bool attached() const { return worker_->attached(); }
  // Drops what is not committed; does not wait for a commit that is under way.
  void detach(const std::string& reason);
  // Why it does not follow, for status, while another thread tries to mend it.
  void tell_trouble(bool hopeful, const std::string& message);

 private:
  [[nodiscard]] SinkWorker::Listeners worker_listeners();
  [[nodiscard]] Cuts choose_generations(Sink& sink, const Bases& bases);
  void drop_unfinished(Sink& sink);
  void prepare_to_begin();
  void tell_following(const std::vector<Generation>& generations);
  void no_longer_awaited(std::uint32_t sink_view);
  void settle();
  void set_condition(SinkCondition condition, const std::string& error);

  Sink& sink_;
  const SinkFollowerOptions options_;
  const SinkFollowerListeners listeners_;
  std::vector<std::optional<std::uint32_t>> sink_view_of_;  // by the project's number

  // Of the thread whose stream it hangs on; written by begin() on the sink's thread, whose end that
  // one has seen before it reads them.
  std::vector<Generation> running_;  // followed from cuts_.stored on
  std::vector<Generation> loading_;  // being filled
  Cuts cuts_;
  bool following_ = false;
  bool sent_within_ = false;  // a slice was pushed, the end of its transaction was not

  // Of the sink's thread.
  Frontier served_;                     // the latest that the store held while the follower lives
  std::vector<Generation> unfinished_;  // begun, not current yet
  std::set<std::uint32_t> awaited_;     // sink's views that are to follow before it is settled

  std::atomic<bool> settled_ = false;
  mutable Mutex mutex_;
  Frontier frontier_ DM_GUARDED_BY(mutex_);
  SinkCondition condition_ DM_GUARDED_BY(mutex_) = SinkCondition::loading;
  std::string error_ DM_GUARDED_BY(mutex_);

  std::unique_ptr<SinkWorker> worker_;  // last: its thread uses all the others
};

}  // namespace deltamill
