// What waits for the thread of a sink: deltas and what has its moment among them, in order, and
// errands, which come as soon as nothing is open in the sink. Detached, it takes errands only.
//
//   push ──► [deltas follow deltas task …] ──► next        detach(): the items are dropped, and the
//   run, spawn ──► [errand errand …] ───────►              thread hears of it as its next turn
//
// The bytes of the deltas are bounded by whoever pushes: has_room(). Nobody waits within push().
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "service/clock.h"
#include "service/mutex.h"
#include "service/pipeline/shared_deltas.h"
#include "service/telemetry/metrics.h"
#include "sinks/sink.h"

namespace deltamill {

// Something to be done on the sink's thread, when nothing is open there.
using SinkTask = std::function<void(Sink& sink)>;

class SinkQueue {
 public:
  struct Task {
    SinkTask work;
    std::exception_ptr failure;  // what `work` threw
    bool ordered = false;        // has its moment among the deltas; otherwise an errand
    // Guarded by the queue's mutex.
    bool begun = false;
    bool done = false;
    bool dropped = false;  // its caller does not wait any more
  };
  // Exactly one of these, but `activate` comes with the frontier it happens at.
  struct Item {
    SharedDeltas deltas;
    std::vector<Generation> follow;
    std::vector<Generation> activate;
    std::shared_ptr<Task> task;
  };

  // `name` of the sink, for the gauges. Starts detached. Clock and metrics outlive the queue.
  SinkQueue(Clock& clock, const std::string& name, std::size_t bytes_max, Metrics& metrics);
  ~SinkQueue();

  // --- called by any thread ---

  // False = detached, or closed: nothing was taken.
  bool push(Item item);
  [[nodiscard]] bool has_room() const;
  // Waits until there is room, the queue is detached, or the time is over. True = there is room.
  bool wait_for_room(Clock::Time deadline);
  // Waits for an empty queue. False = the time is over, or it is detached.
  bool wait_until_drained(Clock::Time deadline);
  [[nodiscard]] bool attached() const;
  // Drops the items and has the thread drop what it holds of them; does not wait for it.
  void detach();

  // Has `work` done and waits for its end; rethrows what it throws. False = the queue was closed, or
  // `stop` requested, before it began.
  bool run(const SinkTask& work, const std::stop_token& stop = {});
  // The same without waiting; what is thrown stays in the task.
  void spawn(SinkTask work);
  // The thread is to end: the next turn says so.
  void close();

  // --- called by the sink's thread ---

  enum class Turn : std::uint8_t { item, detached, closed };
  // Waits for the next thing to do, and moves it to `item`. Errands come first, but only if
  // `errands_too`: between the slices of a transaction nothing may be committed.
  [[nodiscard]] Turn next(Item& item, bool errands_too);
  void attach();
  // Drops the items; what is pushed from here on is refused until attach(). Also the answer to
  // Turn::detached, once the thread has dropped what it held.
  void let_go();
  // The next item is there, and holds deltas.
  [[nodiscard]] bool more_deltas() const;
  // Whoever waits for the task goes on.
  void finish(Task& task);
  // False = interrupted, by detach() or close().
  bool pause(Clock::Duration duration);

 private:
  [[nodiscard]] bool roomy() const DM_REQUIRES(mutex_);
  [[nodiscard]] bool taking() const DM_REQUIRES(mutex_);
  void add_errand(std::shared_ptr<Task> task) DM_REQUIRES(mutex_);
  [[nodiscard]] bool take_errand(Item& item) DM_REQUIRES(mutex_);
  void take_item(Item& item) DM_REQUIRES(mutex_);
  void drop_items() DM_REQUIRES(mutex_);
  void show_bytes(std::size_t bytes) const;

  Clock& clock_;
  const std::size_t bytes_max_;
  Metrics& metrics_;
  const MetricLabels labels_;

  mutable Mutex mutex_;
  CondVar changed_;
  std::deque<Item> items_ DM_GUARDED_BY(mutex_);
  std::deque<std::shared_ptr<Task>> errands_ DM_GUARDED_BY(mutex_);
  std::size_t bytes_ DM_GUARDED_BY(mutex_) = 0;
  bool attached_ DM_GUARDED_BY(mutex_) = false;
  bool detaching_ DM_GUARDED_BY(mutex_) = false;  // detach() was called, the thread has not heard
  bool closed_ DM_GUARDED_BY(mutex_) = false;
};

}  // namespace deltamill
