// What the thread of a sink does with each item, and about each kind of failure.
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

}  // namespace

SinkWorker::SinkWorker(Sink& sink, std::vector<std::optional<std::uint32_t>> sink_view_of,
                       SinkWorkerOptions options, Clock& clock, Metrics& metrics,
                       ErrorLists* errors, Listeners listeners)
    : sink_(sink),
      sink_view_of_(std::move(sink_view_of)),
      options_(std::move(options)),
      clock_(clock),
      metrics_(metrics),
      errors_(errors),
      listeners_(std::move(listeners)),
      followed_(sink_view_count(sink_view_of_)),
      retry_delay_(options_.retry_delay_min),
      queue_(clock, options_.name, options_.queue_bytes_max, metrics) {
  note_progress();
  thread_ = std::thread([this] { loop(); });
}

SinkWorker::~SinkWorker() {
  queue_.close();
  thread_.join();
}

// --- what others call ---

bool SinkWorker::push(SharedDeltas deltas) {
  SinkQueue::Item item;
  item.deltas = std::move(deltas);
  return queue_.push(std::move(item));
}

bool SinkWorker::follow(std::vector<Generation> generations) {
  SinkQueue::Item item;
  item.follow = std::move(generations);
  return queue_.push(std::move(item));
}

bool SinkWorker::activate(std::vector<Generation> generations, Frontier frontier) {
  SinkQueue::Item item;
  item.deltas.to = frontier;
  item.activate = std::move(generations);
  return queue_.push(std::move(item));
}

bool SinkWorker::post(SinkTask task) {
  SinkQueue::Item item;
  item.task = std::make_shared<SinkQueue::Task>();
  item.task->work = std::move(task);
  item.task->ordered = true;
  return queue_.push(std::move(item));
}

bool SinkWorker::moved_within(std::chrono::milliseconds time) const {
  return clock_.now() - moved_at_.load() <= time;
}

// --- the thread ---

void SinkWorker::loop() {
  SinkQueue::Item item;
  while (true) {
    switch (queue_.next(item, !open_.within)) {
      case SinkQueue::Turn::item: take(std::move(item)); break;
      case SinkQueue::Turn::detached:
        abandon();
        clear_open();
        queue_.let_go();
        break;
      case SinkQueue::Turn::closed: abandon(); return;
    }
  }
}

void SinkWorker::take(SinkQueue::Item item) {
  note_progress();
  if (item.deltas.views != nullptr) return take_deltas(std::move(item.deltas));
  // Generations change only between commits, so that all of an open commit goes the same way.
  commit_open();
  if (item.task != nullptr && !item.task->ordered) return run_task(*item.task);
  if (!queue_.attached()) return;
  if (item.task != nullptr) return run_task(*item.task);
  // Whoever asked may not know yet that a view was set aside meanwhile.
  drop_stopped(item.follow);
  drop_stopped(item.activate);
  for (const Generation& generation : item.follow) follow_now(generation, Filling::no);
  if (!item.follow.empty()) listeners_.following(item.follow);
  if (item.activate.empty() && item.deltas.to <= stored_) return;
  open_.activated = std::move(item.activate);
  open_.to = std::max(stored_, item.deltas.to);
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
  if (!open_.within && (open_.rows >= options_.gather_rows_max || !queue_.more_deltas()))
    settle(true);
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
  const Clock::Time begin = clock_.now();
  for (const Generation& generation : open_.activated) sink_.activate(generation);
  sink_.commit(stored_, open_.to);
  const std::chrono::duration<double> seconds = clock_.now() - begin;
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
    sink_.rest(!queue_.more_deltas());
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
      if (!queue_.pause(retry_delay_)) return false;
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
  queue_.let_go();
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

// --- tasks ---

void SinkWorker::run_task(SinkQueue::Task& task) {
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
  if (!lost.empty() && queue_.attached()) lose(lost);
  if (!to_freeze_.empty()) settle(false);
  queue_.finish(task);
}

void SinkWorker::follow_now(Generation generation, Filling filling) {
  followed_[generation.view] = {generation, filling, false};
}

void SinkWorker::attach() {
  std::ranges::fill(followed_, Followed());
  stored_ = sink_.frontier();
  clear_open();
  retry_delay_ = options_.retry_delay_min;
  queue_.attach();
}

void SinkWorker::stop(std::uint32_t sink_view) {
  followed_[sink_view] = {std::nullopt, Filling::no, true};
  to_freeze_.push_back(sink_view);
  std::erase_if(open_.activated,
                [&](const Generation& generation) { return generation.view == sink_view; });
}

// --- small things ---

void SinkWorker::note_progress() {
  moved_at_ = clock_.now();
}

void SinkWorker::count_error(const char* kind) {
  metrics_.add("sink_errors_total", 1, {{"sink", options_.name}, {"kind", kind}});
}

}  // namespace deltamill
