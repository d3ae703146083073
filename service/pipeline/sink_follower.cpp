// Decides which generations of a sink follow, which are filled anew, and when: at the stored
// frontier those that run go on, at the activation frontier the new ones become current. The
// writing itself is the worker's (sink_worker.h).
#include "service/pipeline/sink_follower.h"

#include <algorithm>
#include <utility>

#include "views/data/check.h"

namespace deltamill {

namespace {

std::vector<std::optional<std::uint32_t>> sink_views(std::size_t project_views,
                                                     const std::vector<std::uint32_t>& views) {
  std::vector<std::optional<std::uint32_t>> sink_view_of(project_views);
  for (std::uint32_t sink_view = 0; sink_view < views.size(); ++sink_view)
    sink_view_of[views[sink_view]] = sink_view;
  return sink_view_of;
}

}  // namespace

SinkFollower::SinkFollower(Sink& sink, std::size_t project_views, SinkFollowerOptions options,
                           Clock& clock, Metrics& metrics, SinkFollowerListeners listeners)
    : sink_(sink),
      options_(std::move(options)),
      listeners_(std::move(listeners)),
      sink_view_of_(sink_views(project_views, options_.views)),
      worker_(std::make_unique<SinkWorker>(sink_, sink_view_of_, options_.worker, clock, metrics,
                                           options_.errors, worker_listeners())) {}

SinkFollower::~SinkFollower() = default;

SinkWorker::Listeners SinkFollower::worker_listeners() {
  SinkWorker::Listeners listeners;
  listeners.committed = [this](Frontier frontier) {
    served_ = std::max(served_, frontier);
    {
      const MutexLock lock(mutex_);
      frontier_ = frontier;
    }
    listeners_.committed(frontier);
  };
  listeners.following = [this](const std::vector<Generation>& generations) {
    tell_following(generations);
  };
  listeners.set_aside = [this](std::uint32_t sink_view, const std::string& message) {
    no_longer_awaited(sink_view);
    listeners_.view_failed(options_.views[sink_view], message);
  };
  listeners.trouble = [this](bool hopeful, const std::string& message) {
    tell_trouble(hopeful, message);
  };
  listeners.recovered = [this] {
    set_condition(settled_ ? SinkCondition::following : SinkCondition::loading, {});
  };
  // The worker has detached itself. Not settled any more: which rows readers see from here on is
  // decided by the next begin().
  listeners.lost = [this](const std::string& reason) {
    settled_ = false;
    set_condition(SinkCondition::loading, reason);
  };
  return listeners;
}

// --- thread-safe ---

Frontier SinkFollower::frontier() const {
  const MutexLock lock(mutex_);
  return frontier_;
}

SinkCondition SinkFollower::condition() const {
  const MutexLock lock(mutex_);
  return condition_;
}

std::string SinkFollower::error() const {
  const MutexLock lock(mutex_);
  return error_;
}

void SinkFollower::set_condition(SinkCondition condition, const std::string& error) {
  {
    const MutexLock lock(mutex_);
    if (condition_ == condition && error_ == error) return;
    condition_ = condition;
    error_ = error;
  }
  // Without the lock: the listener may ask for condition() again.
  listeners_.changed(condition, error);
}

void SinkFollower::tell_trouble(bool hopeful, const std::string& message) {
  set_condition(hopeful ? SinkCondition::retrying : SinkCondition::failed, message);
}

bool SinkFollower::run(const SinkTask& task, const std::stop_token& stop) {
  return worker_->run(task, stop);
}

void SinkFollower::stop_view(std::uint32_t view) {
  if (keeps(view)) worker_->spawn([this, view](Sink&) { worker_->stop(sink_view(view)); });
}

// --- of the stream's thread ---

// The error stays to be seen until the sink follows: it says why it has to begin.
void SinkFollower::prepare_to_begin() {
  settled_ = following_ = sent_within_ = false;
  set_condition(SinkCondition::loading, error());
}

std::optional<SinkFollower::Cuts> SinkFollower::begin(const Bases& bases,
                                                      const std::stop_token& stop) {
  prepare_to_begin();
  const bool ran = worker_->run([&](Sink& sink) { cuts_ = choose_generations(sink, bases); }, stop);
  if (!ran) return std::nullopt;
  return cuts_;
}

// The task may outlive its caller's interest, even its caller: it holds what it needs by value, and
// begin() after it starts from nothing.
std::future<SinkFollower::Cuts> SinkFollower::begin_soon(Bases bases) {
  prepare_to_begin();
  const auto begun = std::make_shared<std::promise<Cuts>>();
  worker_->spawn([this, begun, bases = std::move(bases)](Sink& sink) {
    try {
      cuts_ = choose_generations(sink, bases);
      begun->set_value(cuts_);
    } catch (...) {
      begun->set_exception(std::current_exception());
      throw;
    }
  });
  return begun->get_future();
}

SinkFollower::Cuts SinkFollower::choose_generations(Sink& sink, const Bases& bases) {
  // Whatever happened to the store since it was last written: the frontier read below is the one
  // that it holds now.
  (void)sink.reopen();
  drop_unfinished(sink);
  // Before any generation is followed: attach() forgets those of the stream before.
  worker_->attach();
  running_.clear();
  loading_.clear();
  Cuts cuts;
  cuts.stored = sink.frontier();
  // Readers never go back: nothing becomes current below what the store holds, nor below what it
  // held before it was lost.
  served_ = std::max(served_, cuts.stored);
  cuts.activation = served_;
  for (std::uint32_t sink_view = 0; sink_view < options_.views.size(); ++sink_view) {
    const auto base = bases.find(options_.views[sink_view]);
    // The view was stopped; its last rows stay in the sink as they are.
    if (base == bases.end()) continue;
    // The replay that begins brings every row in error again.
    if (options_.errors != nullptr) options_.errors->clear(options_.views[sink_view]);
    const std::optional<Generation> current = sink.current(sink_view);
    // Its rows are exactly those of the stored frontier, and the replay can reproduce every change
    // behind it. Below the view's base there is no history to continue with: it is filled anew.
    if (current && cuts.stored >= base->second) {
      running_.push_back(*current);
      continue;
    }
    loading_.push_back(sink.begin_generation(sink_view));
    worker_->follow_now(loading_.back(), SinkWorker::Filling::yes);
    cuts.activation = std::max(cuts.activation, base->second);
  }
  unfinished_ = loading_;
  awaited_.clear();
  for (const Generation& generation : running_) awaited_.insert(generation.view);
  for (const Generation& generation : loading_) awaited_.insert(generation.view);
  {
    const MutexLock lock(mutex_);
    frontier_ = cuts.stored;
  }
  // Every view is stopped: nothing will come that says so.
  if (awaited_.empty()) settle();
  return cuts;
}

// Of an attempt that was given up: nobody will ever read them.
void SinkFollower::drop_unfinished(Sink& sink) {
  for (; !unfinished_.empty(); unfinished_.pop_back()) sink.drop(unfinished_.back());
}

bool SinkFollower::push(const SharedDeltas& deltas) {
  // Shares the rows; only frontier and completeness are this sink's own.
  SharedDeltas mine = deltas;
  // Below the stored frontier rows only go to generations that nobody reads; the frontier stays.
  if (!following_) {
    mine.to = {};
    const bool concerned = std::ranges::any_of(
        mine.views->views, [this](const ViewDelta& delta) { return keeps(delta.view); });
    // Nothing to tell, unless the sink's thread holds slices of this transaction.
    if (!concerned && !(mine.complete && sent_within_)) return attached();
  }
  sent_within_ = !mine.complete;
  return worker_->push(std::move(mine));
}

// Called at ends of batches, and batches were cut at both frontiers: so neither is ever stepped
// over.
void SinkFollower::at_boundary(Frontier frontier) {
  if (!following_ && frontier >= cuts_.stored) {
    following_ = true;
    if (!worker_->follow(running_)) return;
    running_.clear();
  }
  if (!following_ || loading_.empty() || frontier < cuts_.activation) return;
  if (worker_->activate(loading_, frontier)) loading_.clear();
}

void SinkFollower::follow_now(Generation generation) {
  worker_->follow_now(generation, SinkWorker::Filling::no);
}

void SinkFollower::detach(const std::string& reason) {
  settled_ = false;
  worker_->detach();
  set_condition(SinkCondition::loading, reason);
}

// Of the sink's thread.
void SinkFollower::tell_following(const std::vector<Generation>& generations) {
  bool activated = false;
  std::vector<std::uint32_t> views;
  for (const Generation& generation : generations) {
    activated = std::erase(unfinished_, generation) != 0 || activated;
    views.push_back(options_.views[generation.view]);
    no_longer_awaited(generation.view);
  }
  listeners_.live(views, activated);
}

// The last view that had been waited for: all of the sink's views follow, or were set aside.
void SinkFollower::no_longer_awaited(std::uint32_t sink_view) {
  awaited_.erase(sink_view);
  if (awaited_.empty()) settle();
}

void SinkFollower::settle() {
  settled_ = true;
  set_condition(SinkCondition::following, {});
}

}  // namespace deltamill
