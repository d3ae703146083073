// The loop, and what it does about failures.
#include "service/pipeline/sink_worker.h"

#include <algorithm>
#include <utility>

#include "views/data/check.h"

namespace deltamill {

namespace {

std::size_t sink_view_count(const std::vector<std::optional<std::uint32_t>>& sink_view_of) {
  std::size_t count = 0;
  for (const std::optional<std::uint32_t>& view : sink_view_of)
    if (view) count = std::max(count, std::size_t{*view} + 1);
  return count;
}

std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

SinkWorker::SinkWorker(Sink& sink, std::vector<std::optional<std::uint32_t>> sink_view_of,
                       SinkWorkerOptions options, Metrics& metrics, ErrorLists* errors,
                       Listeners listeners)
    : sink_(sink),
      sink_view_of_(std::move(sink_view_of)),
      options_(std::move(options)),
      metrics_(metrics),
      errors_(errors),
      listeners_(std::move(listeners)),
      queue_labels_({{"queue", "sink_" + options_.name}}),
      followed_(sink_view_count(sink_view_of_)),
      retry_delay_(options_.retry_delay_min) {
  metrics_.set("queue_limit_bytes", static_cast<double>(options_.queue_bytes_max), queue_labels_);
  show_queue(0);
  note_progress();
  thread_ = std::thread([this] { loop(); });
}

SinkWorker::~SinkWorker() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
  show_queue(0);
}

// --- what others call ---

bool SinkWorker::enqueue(Work work) {
  const std::lock_guard lock(mutex_);
  if (!attached_ || discarding_ || stopping_) return false;
  queue_bytes_ += work.deltas.bytes;
  queue_.push_back(std::move(work));
  show_queue(queue_bytes_);
  changed_.notify_all();
  return true;
}

bool SinkWorker::push(SharedDeltas deltas) {
  return enqueue({.deltas = std::move(deltas), .follow = {}, .activate = {}, .task = nullptr});
}

bool SinkWorker::follow(std::vector<Generation> generations) {
  return enqueue({.deltas = {}, .follow = std::move(generations), .activate = {}, .task = nullptr});
}

bool SinkWorker::activate(std::vector<Generation> generations, Frontier frontier) {
  Work work;
  work.deltas.to = frontier;
  work.activate = std::move(generations);
  return enqueue(std::move(work));
}

bool SinkWorker::post(SinkTask task) {
  Work work;
  work.task = std::make_shared<Task>();
  work.task->work = std::move(task);
  work.task->ordered = true;
  return enqueue(std::move(work));
}

bool SinkWorker::has_room() const {
  const std::lock_guard lock(mutex_);
  return queue_.empty() || queue_bytes_ < options_.queue_bytes_max;
}

bool SinkWorker::wait_for_room(std::chrono::steady_clock::time_point deadline) {
  const auto has_room = [this] {
    return queue_.empty() || queue_bytes_ < options_.queue_bytes_max;
  };
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, deadline,
                      [&] { return has_room() || !attached_ || discarding_ || stopping_; });
  return has_room();
}

bool SinkWorker::wait_until_drained(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, deadline,
                      [&] { return queue_.empty() || !attached_ || discarding_ || stopping_; });
  return queue_.empty() && attached_;
}

bool SinkWorker::moved_within(std::chrono::milliseconds time) const {
  return steady_ms() - moved_at_ms_ <= time.count();
}

void SinkWorker::detach() {
  const std::lock_guard lock(mutex_);
  discarding_ = true;
  drop_queue();
  changed_.notify_all();
}

bool SinkWorker::attached() const {
  const std::lock_guard lock(mutex_);
  return attached_ && !discarding_;
}

bool SinkWorker::run(const SinkTask& work, const std::stop_token& stop) {
  const auto task = std::make_shared<Task>();
  task->work = work;
  const std::stop_callback wake(stop, [this] {
    const std::lock_guard lock(mutex_);
    changed_.notify_all();
  });
  std::unique_lock lock(mutex_);
  errands_.push_back(task);
  changed_.notify_all();
  changed_.wait(
      lock, [&] { return task->done || (!task->begun && (stopping_ || stop.stop_requested())); });
  if (!task->done) task->dropped = true;
  if (task->failure) std::rethrow_exception(task->failure);
  return task->done;
}

void SinkWorker::spawn(SinkTask work) {
  const auto task = std::make_shared<Task>();
  task->work = std::move(work);
  const std::lock_guard lock(mutex_);
  errands_.push_back(task);
  changed_.notify_all();
}

// --- the thread ---

void SinkWorker::loop() {
  while (std::optional<Work> work = next()) take(std::move(*work));
  abandon();
}

// Errands come first, but not between the slices of a transaction: nothing may be committed there.
std::optional<SinkWorker::Work> SinkWorker::next() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] {
      return stopping_ || discarding_ || !queue_.empty() || (!errands_.empty() && !open_.within);
    });
    if (stopping_) return std::nullopt;
    if (discarding_) {
      lock.unlock();
      abandon();
      clear_open();
      lock.lock();
      attached_ = discarding_ = false;
      changed_.notify_all();
      continue;
    }
    Work work;
    if (!errands_.empty() && !open_.within) {
      work.task = std::move(errands_.front());
      errands_.pop_front();
      if (work.task->dropped) continue;
      work.task->begun = true;
      return work;
    }
    work = std::move(queue_.front());
    queue_.pop_front();
    queue_bytes_ -= work.deltas.bytes;
    show_queue(queue_bytes_);
    changed_.notify_all();
    return work;
  }
}

void SinkWorker::take(Work work) {
  note_progress();
  if (work.deltas.views != nullptr) return take_deltas(std::move(work.deltas));
  // Generations change only between commits, so that all of an open commit goes the same way.
  commit_open();
  if (work.task != nullptr && !work.task->ordered) return run_task(*work.task);
  if (!attached()) return;
  if (work.task != nullptr) return run_task(*work.task);
  // Whoever asked may not know yet that a view was set aside meanwhile.
  drop_stopped(work.follow);
  drop_stopped(work.activate);
  for (const Generation& generation : work.follow) follow_now(generation, Filling::no);
  if (!work.follow.empty()) listeners_.following(work.follow);
  if (work.activate.empty() && work.deltas.to <= stored_) return;
  open_.activated = std::move(work.activate);
  open_.to = std::max(stored_, work.deltas.to);
  settle(true);
}

void SinkWorker::drop_stopped(std::vector<Generation>& generations) const {
  std::erase_if(generations,
                [this](const Generation& generation) { return stopped(generation.view); });
}

void SinkWorker::take_deltas(SharedDeltas deltas) {
  open_.within = !deltas.complete;
  if (deltas.complete) open_.to = std::max(open_.to, deltas.to);
  for (const ViewDelta& delta : deltas.views->views) gather_errors(delta);
  open_.bytes += deltas.bytes;
  open_.items.push_back(std::move(deltas));
  settle(false);
  if (!open_.within && (open_.rows >= options_.gather_rows_max || !more_waits())) settle(true);
  if (open_.bytes <= options_.kept_bytes_max) return;
  // A transaction too large to be kept: should its commit fail, only a replay brings it again.
  open_.forgotten = true;
  open_.items.clear();
  open_.applied = open_.bytes = 0;
}

// Rows in error become visible with the commit that they belong to. Those of a view that is not
// followed yet belong to commits which the store already holds.
void SinkWorker::gather_errors(const ViewDelta& delta) {
  const std::optional<std::uint32_t> sink_view = sink_view_of_[delta.view];
  if (!sink_view) return;
  const bool followed = followed_[*sink_view].generation.has_value();
  if (followed) open_.rows += delta.rows.size() + delta.errors.size();
  if (errors_ == nullptr || delta.errors.empty()) return;
  if (followed)
    open_.errors.push_back({delta.view, delta.errors});
  else
    errors_->apply(delta.view, delta.errors);
}

void SinkWorker::commit_open() {
  DM_CHECK(!open_.within, "something else is to be done within a transaction");
  settle(true);
}

// Brings what is open into the sink, and commits it if asked, however often that has to be tried.
// ENSURES: done, or detached, or about to stop.
void SinkWorker::settle(bool commit_too) {
  bool again = true;
  while (again) {
    try {
      for (; !to_freeze_.empty(); to_freeze_.pop_back()) sink_.freeze(to_freeze_.back());
      for (; open_.applied < open_.items.size(); ++open_.applied) apply(open_.items[open_.applied]);
      if (commit_too) commit();
      again = false;
    } catch (...) {
      again = recover(std::current_exception());
    }
  }
}

void SinkWorker::apply(const SharedDeltas& deltas) {
  for (const ViewDelta& delta : deltas.views->views) {
    applying_ = sink_view_of_[delta.view];
    if (!applying_ || !followed_[*applying_].generation) continue;
    const Followed& followed = followed_[*applying_];
    if (!delta.rows.empty() && followed.filling == Filling::yes)
      sink_.load(*followed.generation, delta.rows);
    else if (!delta.rows.empty())
      sink_.apply(*followed.generation, delta.rows);
    if (const std::int64_t errors = total_weight(delta.errors); errors != 0)
      sink_.add_error_rows(*followed.generation, errors);
  }
  applying_.reset();
}

void SinkWorker::commit() {
  if (open_.to == stored_ && open_.rows == 0 && open_.activated.empty()) return clear_open();
  const auto begin = std::chrono::steady_clock::now();
  for (const Generation& generation : open_.activated) sink_.activate(generation);
  sink_.commit(stored_, open_.to);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  metrics_.observe("sink_commit_seconds", seconds.count(), {{"sink", options_.name}});
  confirm();
}

// What was open is in the store.
void SinkWorker::confirm() {
  stored_ = open_.to;
  for (const Generation& generation : open_.activated) follow_now(generation, Filling::no);
  if (errors_ != nullptr)
    for (const ViewErrors& view : open_.errors) errors_->apply(view.view, view.errors);
  const std::vector<Generation> activated = std::move(open_.activated);
  clear_open();
  retry_delay_ = options_.retry_delay_min;
  note_progress();
  if (std::exchange(troubled_, false)) listeners_.recovered();
  listeners_.committed(stored_);
  if (!activated.empty()) listeners_.following(activated);
  rest();
}

void SinkWorker::rest() {
  try {
    sink_.rest(!more_waits());
  } catch (const std::exception& failure) {
    // Rows and frontier are safe; the next commit shows whether the store is.
    count_error("upkeep");
    troubled_ = true;
    listeners_.trouble(true, failure.what());
  }
}

// --- failures ---

bool SinkWorker::recover(const std::exception_ptr& failure) {
  const std::optional<std::uint32_t> at_fault = std::exchange(applying_, std::nullopt);
  abandon();
  open_.applied = 0;
  try {
    std::rethrow_exception(failure);
  } catch (const KeyConflict& conflict) {
    count_error("key_conflict");
    set_aside(conflict.view, conflict.what());
    return try_again();
  } catch (const FrontierMoved& moved) {
    count_error("frontier_moved");
    lose(moved.what());
    return false;
  } catch (const SinkFailed& failed) {
    count_error(failed.retryable ? "retryable" : "permanent");
    return retry(failed.what(), failed.retryable, failed.in_doubt);
  } catch (const std::exception& broken) {
    count_error("internal");
    if (!at_fault) return retry(broken.what(), false, false);
    // The rows of this view contradict what its table holds; the others have nothing to do with it.
    set_aside(*at_fault, broken.what());
    return try_again();
  }
}

bool SinkWorker::try_again() {
  if (!open_.forgotten) return true;
  lose("a commit failed that was too large to be kept");
  return false;
}

// Waits until the store answers, and asks where it stands.
bool SinkWorker::retry(std::string message, bool retryable, bool in_doubt) {
  metrics_.add("sink_retries_total", 1, {{"sink", options_.name}});
  bool ask_at_once = in_doubt;
  while (true) {
    if (!std::exchange(ask_at_once, false)) {
      troubled_ = true;
      listeners_.trouble(retryable, message);
      if (!pause(retry_delay_)) return false;
      retry_delay_ = std::min(retry_delay_ * 2, options_.retry_delay_max);
    }
    try {
      return resolve(in_doubt);
    } catch (const SinkFailed& failed) {
      message = failed.what();
      retryable = failed.retryable;
    } catch (const std::exception& failed) {
      message = failed.what();
      retryable = false;
    }
  }
}

// Neither done nor failed until the store says which.
bool SinkWorker::resolve(bool in_doubt) {
  const bool replaced = sink_.reopen();
  const Frontier found = sink_.frontier();
  if (!replaced && found == open_.to && open_.to != stored_) {
    count_error("answer_lost");
    confirm();
    return false;
  }
  if (replaced || found != stored_) {
    lose("the store is at " + to_string(found) + ", it was left at " + to_string(stored_));
    return false;
  }
  if (in_doubt && open_.to == stored_) {
    lose("the answer to a commit got lost that did not move the frontier");
    return false;
  }
  return try_again();
}

void SinkWorker::set_aside(std::uint32_t sink_view, const std::string& message) {
  stop(sink_view);
  listeners_.set_aside(sink_view, message);
}

void SinkWorker::lose(const std::string& reason) {
  {
    const std::lock_guard lock(mutex_);
    attached_ = false;
    drop_queue();
  }
  changed_.notify_all();
  abandon();
  clear_open();
  listeners_.lost(reason);
}

void SinkWorker::clear_open() {
  open_ = {};
  open_.to = stored_;
}

void SinkWorker::abandon() noexcept {
  try {
    sink_.abandon();
  } catch (const std::exception& failure) {
    // Whatever is still open there: the next commit or reopen() meets it, and is told.
    count_error("abandon");
  }
}

bool SinkWorker::pause(std::chrono::milliseconds delay) {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, delay, [&] { return stopping_ || discarding_; });
}

// --- tasks ---

void SinkWorker::run_task(Task& task) {
  std::string lost;
  try {
    task.work(sink_);
  } catch (const SinkFailed& failed) {
    task.failure = std::current_exception();
    if (failed.in_doubt) lost = failed.what();
  } catch (const FrontierMoved& moved) {
    task.failure = std::current_exception();
    lost = moved.what();
  } catch (...) {
    task.failure = std::current_exception();
  }
  if (task.failure) abandon();
  if (!lost.empty() && attached()) lose(lost);
  if (!to_freeze_.empty()) settle(false);
  const std::lock_guard lock(mutex_);
  task.done = true;
  changed_.notify_all();
}

void SinkWorker::follow_now(Generation generation, Filling filling) {
  followed_[generation.view] = {generation, filling, false};
}

void SinkWorker::attach() {
  std::ranges::fill(followed_, Followed());
  stored_ = sink_.frontier();
  clear_open();
  retry_delay_ = options_.retry_delay_min;
  const std::lock_guard lock(mutex_);
  attached_ = true;
}

void SinkWorker::stop(std::uint32_t sink_view) {
  followed_[sink_view] = {std::nullopt, Filling::no, true};
  to_freeze_.push_back(sink_view);
  std::erase_if(open_.activated,
                [&](const Generation& generation) { return generation.view == sink_view; });
}

// --- small things ---

// REQUIRES: mutex_ is held.
void SinkWorker::drop_queue() {
  queue_.clear();
  queue_bytes_ = 0;
  show_queue(0);
}

bool SinkWorker::more_waits() const {
  const std::lock_guard lock(mutex_);
  return !queue_.empty() && queue_.front().deltas.views != nullptr;
}

void SinkWorker::note_progress() {
  moved_at_ms_ = steady_ms();
}

void SinkWorker::show_queue(std::size_t bytes) {
  metrics_.set("queue_bytes", static_cast<double>(bytes), queue_labels_);
}

void SinkWorker::count_error(const char* kind) {
  metrics_.add("sink_errors_total", 1, {{"sink", options_.name}, {"kind", kind}});
}

}  // namespace deltamill
