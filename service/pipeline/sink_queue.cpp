// Waiting, waking and dropping of the items and errands of one sink.
#include "service/pipeline/sink_queue.h"

#include <utility>

namespace deltamill {

SinkQueue::SinkQueue(Clock& clock, const std::string& name, std::size_t bytes_max, Metrics& metrics)
    : clock_(clock),
      bytes_max_(bytes_max),
      metrics_(metrics),
      labels_({{"queue", "sink_" + name}}) {
  metrics_.set("queue_limit_bytes", static_cast<double>(bytes_max_), labels_);
  show_bytes(0);
}

SinkQueue::~SinkQueue() {
  show_bytes(0);
}

// --- called by any thread ---

// An item beyond the bound is taken too: a batch cannot be given back to the engine, so whoever
// pushes asks has_room() before it makes the next one.
bool SinkQueue::push(Item item) {
  const MutexLock lock(mutex_);
  if (!taking()) return false;
  bytes_ += item.deltas.bytes;
  items_.push_back(std::move(item));
  show_bytes(bytes_);
  changed_.notify_all();
  return true;
}

bool SinkQueue::has_room() const {
  const MutexLock lock(mutex_);
  return roomy();
}

bool SinkQueue::wait_for_room(Clock::Time deadline) {
  MutexLock lock(mutex_);
  while (!roomy() && taking() && clock_.now() < deadline)
    clock_.wait_until(lock, changed_, deadline, {});
  return roomy();
}

bool SinkQueue::wait_until_drained(Clock::Time deadline) {
  MutexLock lock(mutex_);
  while (!items_.empty() && taking() && clock_.now() < deadline)
    clock_.wait_until(lock, changed_, deadline, {});
  return items_.empty() && attached_;
}

bool SinkQueue::attached() const {
  const MutexLock lock(mutex_);
  return attached_ && !detaching_;
}

void SinkQueue::detach() {
  const MutexLock lock(mutex_);
  detaching_ = true;
  drop_items();
  changed_.notify_all();
}

// A task that has begun is always waited for, however urgent the stop: it may refer to what its
// caller owns.
bool SinkQueue::run(const SinkTask& work, const std::stop_token& stop) {
  const auto task = std::make_shared<Task>();
  task->work = work;
  MutexLock lock(mutex_);
  add_errand(task);
  while (!task->done) {
    if (task->begun)
      changed_.wait(lock);
    else if (!closed_ && !stop.stop_requested())
      changed_.wait(lock, stop);
    else
      break;
  }
  if (!task->done) task->dropped = true;
  if (task->failure) std::rethrow_exception(task->failure);
  return task->done;
}

void SinkQueue::spawn(SinkTask work) {
  auto task = std::make_shared<Task>();
  task->work = std::move(work);
  const MutexLock lock(mutex_);
  add_errand(std::move(task));
}

void SinkQueue::close() {
  const MutexLock lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

// --- called by the sink's thread ---

SinkQueue::Turn SinkQueue::next(Item& item, bool errands_too) {
  MutexLock lock(mutex_);
  while (true) {
    if (closed_) return Turn::closed;
    // Before everything else: an errand that attaches again must not find remains of what was
    // dropped.
    if (detaching_) return Turn::detached;
    if (errands_too && take_errand(item)) return Turn::item;
    if (!items_.empty()) {
      take_item(item);
      return Turn::item;
    }
    changed_.wait(lock);
  }
}

void SinkQueue::attach() {
  const MutexLock lock(mutex_);
  attached_ = true;
}

void SinkQueue::let_go() {
  const MutexLock lock(mutex_);
  attached_ = detaching_ = false;
  drop_items();
  changed_.notify_all();
}

bool SinkQueue::more_deltas() const {
  const MutexLock lock(mutex_);
  return !items_.empty() && items_.front().deltas.views != nullptr;
}

void SinkQueue::finish(Task& task) {
  const MutexLock lock(mutex_);
  task.done = true;
  changed_.notify_all();
}

bool SinkQueue::pause(Clock::Duration duration) {
  const Clock::Time deadline = clock_.now() + duration;
  MutexLock lock(mutex_);
  while (!detaching_ && !closed_ && clock_.now() < deadline)
    clock_.wait_until(lock, changed_, deadline, {});
  return !detaching_ && !closed_;
}

// --- under the mutex ---

bool SinkQueue::roomy() const {
  return items_.empty() || bytes_ < bytes_max_;
}

bool SinkQueue::taking() const {
  return attached_ && !detaching_ && !closed_;
}

void SinkQueue::add_errand(std::shared_ptr<Task> task) {
  errands_.push_back(std::move(task));
  changed_.notify_all();
}

bool SinkQueue::take_errand(Item& item) {
  while (!errands_.empty()) {
    std::shared_ptr<Task> task = std::move(errands_.front());
    errands_.pop_front();
    if (task->dropped) continue;
    task->begun = true;
    item = {};
    item.task = std::move(task);
    return true;
  }
  return false;
}

void SinkQueue::take_item(Item& item) {
  item = std::move(items_.front());
  items_.pop_front();
  bytes_ -= item.deltas.bytes;
  show_bytes(bytes_);
  changed_.notify_all();
}

void SinkQueue::drop_items() {
  items_.clear();
  bytes_ = 0;
  show_bytes(0);
}

void SinkQueue::show_bytes(std::size_t bytes) const {
  metrics_.set("queue_bytes", static_cast<double>(bytes), labels_);
}

}  // namespace deltamill
