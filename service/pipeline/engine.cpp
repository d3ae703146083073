// The loop of the engine thread, how it begins, and whom it leaves behind.
#include "service/pipeline/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "views/data/check.h"
#include "views/dataflow/graph.h"

namespace deltamill {

namespace {

// How long the engine waits for the journal, or for a sink, before it looks for tasks.
constexpr std::chrono::milliseconds idle_wait(10);
// A sink that is waited for has to move at least this often.
constexpr std::chrono::milliseconds sink_patience(5'000);

// Thrown after fail() to leave the engine's thread.
struct Ended {};

}  // namespace

struct Engine::Task {
  const std::function<void(Pause&)>* work = nullptr;
  std::exception_ptr failure;
  bool done = false;
};

class Engine::Boundary : public Engine::Pause {
 public:
  explicit Boundary(Engine& engine) : engine_(engine) {}

  [[nodiscard]] Frontier frontier() const override { return engine_.stream_.frontier(); }

  void when_at(SinkFollower& follower, Frontier frontier, SinkTask task) override {
    DM_CHECK(frontier >= engine_.stream_.frontier(), "the engine is past this frontier");
    engine_.stream_.cut_at(frontier);
    engine_.waiting_.emplace(frontier, Waiting{&follower, std::move(task)});
  }

  void join(SinkFollower& follower) override {
    const auto found = std::ranges::find(engine_.attachments_, &follower, &Attachment::follower);
    DM_CHECK(found != engine_.attachments_.end(), "the sink is not one of the engine's");
    found->joined = true;
  }

 private:
  Engine& engine_;
};

Engine::Engine(Journal& journal, std::vector<SinkFollower*> followers,
               std::vector<StreamedView> views, EngineOptions options, Metrics& metrics,
               EngineListeners listeners)
    : journal_(journal),
      options_(std::move(options)),
      metrics_(metrics),
      listeners_(std::move(listeners)),
      stream_(journal, std::move(views), options_.batch) {
  for (SinkFollower* const follower : followers) attachments_.push_back({follower, false, nullptr});
  thread_ = std::jthread([this](const std::stop_token& stop) { loop(stop); });
}

Engine::~Engine() {
  thread_.request_stop();
  thread_.join();
  for (Attachment& attachment : attachments_) {
    attachment.catch_up.reset();
    attachment.follower->detach({});
  }
}

bool Engine::run(const std::function<void(Pause&)>& work) {
  Task task{&work, nullptr, false};
  std::unique_lock lock(mutex_);
  if (ended_) return false;
  tasks_.push_back(&task);
  task_come_.notify_one();
  task_done_.wait(lock, [&] { return task.done || ended_; });
  if (task.failure) std::rethrow_exception(task.failure);
  return task.done;
}

void Engine::loop(const std::stop_token& stop) {
  try {
    work(stop);
  } catch (const Ended&) {
    // The failure was reported where it arose.
  } catch (const SchemaChanged& changed) {
    fail({stream_.readers_of(changed.table), changed.what()});
  } catch (const std::exception& failure) {
    fail({{}, failure.what()});
  }
  const std::lock_guard lock(mutex_);
  ended_ = true;
  task_done_.notify_all();
}

void Engine::work(const std::stop_token& stop) {
  stream_.on_block(listeners_.read);
  if (options_.until) stream_.cut_at(*options_.until);
  begin_sinks(stop);
  load_base(stop);
  loading_ = false;
  while (!stop.stop_requested() && !failed_) {
    if (!stream_.within_transaction()) at_boundary();
    if (options_.until && stream_.frontier() >= *options_.until) {
      wait_for_task();
      continue;
    }
    if (!make_room()) continue;
    const auto deadline = std::chrono::steady_clock::now() + idle_wait;
    const std::optional<ViewStream::Step> step = stream_.next(stop, deadline);
    if (!step) continue;
    record(*step);
    push(step->deltas);
    check_memory();
  }
}

// --- the sinks ---

// One sink alone is waited for: without it there is nothing to do. Of several, one that does not
// answer must not keep the others from beginning.
void Engine::begin_sinks(const std::stop_token& stop) {
  const SinkFollower::Base base = [this](std::uint32_t view) -> std::optional<Frontier> {
    const auto found = std::ranges::find(stream_.views(), view, &StreamedView::view);
    if (found == stream_.views().end()) return std::nullopt;
    return stream_.base_of(*found);
  };
  std::vector<std::future<SinkFollower::Cuts>> beginning;
  for (Attachment& attachment : attachments_)
    beginning.push_back(attachment.follower->begin_soon(base));
  const auto deadline = std::chrono::steady_clock::now() + options_.begin_patience;
  for (std::size_t sink = 0; sink < attachments_.size(); ++sink)
    join_begun(attachments_[sink], beginning[sink], deadline, stop);
}

void Engine::join_begun(Attachment& attachment, std::future<SinkFollower::Cuts>& beginning,
                        std::chrono::steady_clock::time_point deadline,
                        const std::stop_token& stop) {
  const bool alone = attachments_.size() == 1;
  while (beginning.wait_for(idle_wait) != std::future_status::ready) {
    if (stop.stop_requested()) return;
    if (!alone && std::chrono::steady_clock::now() > deadline)
      return leave_behind(attachment, "it does not answer");
  }
  try {
    const SinkFollower::Cuts cuts = beginning.get();
    stream_.cut_at(cuts.stored);
    stream_.cut_at(cuts.activation);
    attachment.joined = true;
  } catch (const SinkFailed& failed) {
    attachment.follower->tell_trouble(failed.retryable, failed.what());
    leave_behind(attachment, failed.what());
  }
}

void Engine::leave_behind(Attachment& attachment, const std::string& reason) {
  attachment.joined = false;
  SinkFollower& follower = *attachment.follower;
  follower.detach(reason);
  std::erase_if(waiting_, [&](const auto& entry) { return entry.second.follower == &follower; });
  listeners_.left_behind(follower, reason);
  const auto memory_left = [this] {
    const std::size_t used = memory_bytes_;
    return used < options_.memory_bytes_max ? options_.memory_bytes_max - used : std::size_t{0};
  };
  attachment.catch_up = std::make_unique<CatchUp>(
      CatchUp::Plan{journal_, follower, *this, with_dependencies(follower.views(), stream_.views()),
                    options_.batch, memory_left});
}

void Engine::mind_sinks() {
  const Frontier frontier = stream_.frontier();
  for (Attachment& attachment : attachments_) {
    if (!attachment.joined) continue;
    attachment.catch_up.reset();  // it has joined, and is about to end
    if (attachment.follower->attached())
      attachment.follower->at_boundary(frontier);
    else
      leave_behind(attachment, attachment.follower->error());
  }
}

// Whether a sink with a full queue may be waited for: nobody else waits then, or all are busy with
// the same load and this one does its part.
bool Engine::may_wait_for(const SinkFollower& follower) const {
  if (attachments_.size() == 1) return true;
  return (loading_ || stream_.within_transaction()) && follower.moved_within(sink_patience);
}

// False = a sink is waited for; look again.
bool Engine::make_room() {
  bool room = true;
  for (Attachment& attachment : attachments_) {
    SinkFollower& follower = *attachment.follower;
    if (!attachment.joined || follower.has_room()) continue;
    if (may_wait_for(follower))
      room = follower.wait_for_room(std::chrono::steady_clock::now() + idle_wait) && room;
    else
      leave_behind(attachment, "its queue is full");
  }
  return room;
}

// Who has detached itself is found at the next boundary.
void Engine::push(const SharedDeltas& deltas) {
  for (Attachment& attachment : attachments_)
    if (attachment.joined) (void)attachment.follower->push(deltas);
}

// --- the way of a batch ---

void Engine::load_base(const std::stop_token& stop) {
  (void)stream_.load(
      [&](const SharedDeltas& deltas, std::uint64_t base_rows) {
        while (!stop.stop_requested() && !make_room()) {
        }
        push(deltas);
        listeners_.loading(base_rows, stream_.base_rows());
        check_memory();
      },
      stop);
}

void Engine::at_boundary() {
  const Frontier frontier = stream_.frontier();
  frontier_.store(frontier);
  mind_sinks();
  run_waiting(frontier);
  run_tasks();
}

void Engine::run_waiting(Frontier frontier) {
  while (!waiting_.empty() && waiting_.begin()->first <= frontier) {
    const auto first = waiting_.extract(waiting_.begin());
    (void)first.mapped().follower->post(std::move(first.mapped().task));
  }
}

void Engine::run_tasks() {
  Boundary boundary(*this);
  while (true) {
    Task* task = nullptr;
    {
      const std::lock_guard lock(mutex_);
      if (tasks_.empty()) return;
      task = tasks_.front();
      tasks_.pop_front();
    }
    try {
      (*task->work)(boundary);
    } catch (...) {
      task->failure = std::current_exception();
    }
    const std::lock_guard lock(mutex_);
    task->done = true;
    task_done_.notify_all();
  }
}

void Engine::wait_for_task() {
  std::unique_lock lock(mutex_);
  task_come_.wait_for(lock, idle_wait, [this] { return !tasks_.empty(); });
}

// --- what is told of it ---

void Engine::record(const ViewStream::Step& step) {
  if (step.batch.changes.empty()) return;
  metrics_.observe("batch_seconds", step.seconds);
  metrics_.observe("batch_changes", static_cast<double>(step.batch.changes.size()));
  metrics_.add("transactions_total", static_cast<double>(step.batch.transaction_count));
  count_changes(step.batch);
  for (const ViewDelta& delta : step.deltas.views->views) {
    const auto inserted =
        std::ranges::count_if(delta.rows, [](const DeltaRow& row) { return row.weight > 0; });
    const auto total = static_cast<std::ptrdiff_t>(delta.rows.size());
    const auto view = std::ranges::find(stream_.views(), delta.view, &StreamedView::view);
    const std::string& name = view->bound.name;
    metrics_.add("view_changes_total", static_cast<double>(inserted),
                 {{"view", name}, {"op", "insert"}});
    metrics_.add("view_changes_total", static_cast<double>(total - inserted),
                 {{"view", name}, {"op", "delete"}});
  }
}

void Engine::count_changes(const Batch& batch) {
  constexpr std::array operations = {"insert", "update", "delete", "truncate"};
  std::vector<std::array<std::uint64_t, operations.size()>> counts(batch.relations.size());
  for (const Change& change : batch.changes)
    ++counts[change.relation][static_cast<std::size_t>(change.kind)];
  for (std::size_t relation = 0; relation < counts.size(); ++relation) {
    const std::string table =
        batch.relations[relation]->schema + "." + batch.relations[relation]->name;
    for (std::size_t kind = 0; kind < operations.size(); ++kind)
      if (counts[relation][kind] != 0)
        metrics_.add("changes_total", static_cast<double>(counts[relation][kind]),
                     {{"table", table}, {"op", operations[kind]}});
  }
}

void Engine::check_memory() {
  memory_bytes_ = stream_.memory_bytes();
  if (memory_bytes_ <= options_.memory_bytes_max) return;
  const std::vector<OperatorSize> operators = sizes();
  EngineFailure failure;
  failure.message = fmt::format("memory_limit is reached: the dataflow holds {} MiB of {} MiB",
                                memory_bytes_ >> 20, options_.memory_bytes_max >> 20);
  // Those who use the largest operator stop; the others go on in the memory that becomes free.
  const auto largest = std::ranges::max_element(operators, {}, &OperatorSize::bytes);
  if (largest != operators.end()) {
    failure.message += fmt::format("; the largest operator is {} ({} MiB), used by", largest->name,
                                   largest->bytes >> 20);
    for (const StreamedView& view : stream_.views())
      if (std::ranges::find(largest->readers, view.view) != largest->readers.end())
        failure.message += " " + view.bound.name;
    failure.views = largest->readers;
  }
  fail(std::move(failure));
  throw Ended{};
}

void Engine::fail(EngineFailure failure) {
  if (!failed_.exchange(true)) listeners_.failed(failure);
}

}  // namespace deltamill
