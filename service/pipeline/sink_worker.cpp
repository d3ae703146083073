// The loop: apply everything that waits, commit when nothing more does or enough has gathered.
#include "service/pipeline/sink_worker.h"

#include <algorithm>
#include <chrono>

#include "service/pipeline/error_list.h"
#include "views/data/check.h"

namespace deltamill {

namespace {

std::size_t view_count(const std::vector<std::uint32_t>& view_of) {
  return view_of.empty() ? 0 : std::size_t{*std::ranges::max_element(view_of)} + 1;
}

}  // namespace

SinkWorker::SinkWorker(Sink& sink, std::vector<std::uint32_t> view_of, SinkWorkerOptions options,
                       Metrics& metrics, Listeners listeners)
    : sink_(sink),
      view_of_(std::move(view_of)),
      options_(std::move(options)),
      metrics_(metrics),
      listeners_(std::move(listeners)),
      followed_(view_count(view_of_)),
      stored_(sink.frontier()),
      pending_(stored_),
      queue_labels_({{"queue", "sink_" + options_.name}}) {
  metrics_.set("queue_limit_bytes", static_cast<double>(options_.queue_bytes_max), queue_labels_);
  show_queue(0);
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

void SinkWorker::show_queue(std::size_t bytes) {
  metrics_.set("queue_bytes", static_cast<double>(bytes), queue_labels_);
}

void SinkWorker::count_error(const char* kind) {
  metrics_.add("sink_errors_total", 1, {{"sink", options_.name}, {"kind", kind}});
}

bool SinkWorker::push(SinkDeltas deltas) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] {
    return ended_ || stopping_ || queue_.empty() ||
           queue_bytes_ + deltas.bytes <= options_.queue_bytes_max;
  });
  if (ended_ || stopping_) return false;
  queue_bytes_ += deltas.bytes;
  queue_.push_back({std::move(deltas), nullptr});
  show_queue(queue_bytes_);
  changed_.notify_all();
  return true;
}

bool SinkWorker::run(const SinkTask& task) {
  Task entry{&task, nullptr, false};
  std::unique_lock lock(mutex_);
  if (ended_ || stopping_) return false;
  queue_.push_back({{}, &entry});
  changed_.notify_all();
  changed_.wait(lock, [&] { return entry.done || ended_; });
  if (entry.failure) std::rethrow_exception(entry.failure);
  return entry.done;
}

void SinkWorker::follow(Generation generation, Filling filling) {
  followed_[generation.view] = {generation, filling};
}

void SinkWorker::loop() {
  SinkFailure failure;
  try {
    work();
  } catch (const KeyConflict& conflict) {
    failure = {conflict.view, false, conflict.what()};
    count_error("key_conflict");
  } catch (const SinkFailed& failed) {
    failure = {std::nullopt, failed.retryable, failed.what()};
    count_error(failed.retryable ? "retryable" : "permanent");
  } catch (const std::exception& failed) {
    failure = {std::nullopt, false, failed.what()};
    count_error("internal");
  }
  // The next worker of this sink must not find half a commit open.
  try {
    sink_.abandon();
  } catch (const std::exception& failed) {
    failure.message += (failure.message.empty() ? "" : "; ") + std::string(failed.what());
  }
  end(failure);
}

void SinkWorker::end(const SinkFailure& failure) {
  bool stopping = false;
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    stopping = stopping_;
  }
  changed_.notify_all();
  if (!stopping) listeners_.failed(failure);
}

void SinkWorker::work() {
  Work work;
  while (next(work)) {
    if (work.task != nullptr) {
      run_task(*work.task);
      continue;
    }
    apply(work.deltas);
    const bool gathered = open_rows_ >= options_.gather_rows_max;
    if (!within_ && (gathered || !more_waits())) commit();
  }
}

bool SinkWorker::next(Work& work) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
  if (stopping_) return false;
  work = std::move(queue_.front());
  queue_.pop_front();
  queue_bytes_ -= work.deltas.bytes;
  show_queue(queue_bytes_);
  changed_.notify_all();
  return true;
}

bool SinkWorker::more_waits() {
  const std::lock_guard lock(mutex_);
  return !queue_.empty() && queue_.front().task == nullptr;
}

void SinkWorker::apply(const SinkDeltas& deltas) {
  for (const ViewDelta& view : deltas.deltas.views) {
    const Followed& followed = followed_[view_of_[view.view]];
    if (!followed.generation) continue;
    if (!view.rows.empty() && followed.filling == Filling::yes)
      sink_.load(*followed.generation, view.rows);
    else if (!view.rows.empty())
      sink_.apply(*followed.generation, view.rows);
    if (const std::int64_t errors = total_weight(view.errors); errors != 0)
      sink_.add_error_rows(*followed.generation, errors);
    open_rows_ += view.rows.size() + view.errors.size();
  }
  within_ = !deltas.complete;
  if (deltas.complete) pending_ = std::max(pending_, deltas.to);
}

void SinkWorker::commit() {
  if (pending_ == stored_ && open_rows_ == 0) return;
  const auto begin = std::chrono::steady_clock::now();
  try {
    sink_.commit(stored_, pending_);
  } catch (const SinkFailed&) {
    // Neither done nor failed until the store says which.
    if (pending_ == stored_ || sink_.frontier() != pending_) throw;
    count_error("answer_lost");
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  metrics_.observe("sink_commit_seconds", seconds.count(), {{"sink", options_.name}});
  stored_ = pending_;
  open_rows_ = 0;
  if (listeners_.committed) listeners_.committed(stored_);
  if (listeners_.between_commits) listeners_.between_commits(!more_waits());
}

void SinkWorker::run_task(Task& task) {
  DM_CHECK(!within_, "a task must not run within a transaction");
  commit();
  try {
    (*task.task)(sink_);
  } catch (...) {
    task.failure = std::current_exception();
  }
  stored_ = pending_ = std::max(stored_, sink_.frontier());
  const std::lock_guard lock(mutex_);
  task.done = true;
  changed_.notify_all();
}

}  // namespace deltamill
