// The loop of the engine thread: wait for room in the sinks, take the next batch through the
// dataflow, push its deltas; between two batches, look after the sinks and run tasks. Everything
// outside the section of shared members at the end of engine.h belongs to this thread.
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

// Leaves the engine's thread once fail() has told why.
struct Ended {};

}  // namespace

// Lives on the stack of the thread that waits in run(); the queue holds its address only until it
// is done or the engine has ended.
struct Engine::Task {
  const std::function<void(Pause&)>* work = nullptr;
  std::exception_ptr failure;
  bool done = false;
};

// What a task may do. It exists only while tasks run, so nobody can keep it beyond the pause.
class Engine::Boundary : public Engine::Pause {
 public:
  explicit Boundary(Engine& engine) : engine_(engine) {}

  [[nodiscard]] Frontier frontier() const override { return engine_.stream_.frontier(); }

  void when_at(SinkFollower& follower, Frontier frontier, SinkTask task) override {
    // At an earlier frontier the sink has committed more than that already; the caller would wait
    // for ever.
    DM_CHECK(frontier >= engine_.stream_.frontier(), "the engine is past this frontier");
    // A batch ends exactly there, so the task is posted behind the deltas below it and before those
    // above.
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

Engine::Engine(Journal& journal, Clock& clock, std::vector<SinkFollower*> followers,
               std::vector<StreamedView> views, EngineOptions options, Metrics& metrics,
               EngineListeners listeners)
    : journal_(journal),
      clock_(clock),
      options_(std::move(options)),
      metrics_(metrics),
      listeners_(std::move(listeners)),
      stream_(journal, std::move(views), options_.batch) {
  for (SinkFollower* const follower : followers) attachments_.push_back({follower, false, nullptr});
  // Last, as the thread uses all of the above.
  thread_ = std::jthread([this](const std::stop_token& stop) { loop(stop); });
}

Engine::~Engine() {
  thread_.request_stop();
  thread_.join();
  for (Attachment& attachment : attachments_) {
    // A replay of its own pushes to the follower and asks this engine for a pause: it ends first.
    attachment.catch_up.reset();
    attachment.follower->detach({});
  }
}

bool Engine::run(const std::function<void(Pause&)>& work) {
  Task task{&work, nullptr, false};
  MutexLock lock(mutex_);
  // `ended_` is set under the lock and never taken back: either the loop sees this task, or we see
  // that it has ended.
  if (ended_) return false;
  tasks_.push_back(&task);
  task_come_.notify_one();
  while (!task.done && !ended_) task_done_.wait(lock);
  // What a task throws is its caller's affair; the engine goes on.
  if (task.failure) std::rethrow_exception(task.failure);
  return task.done;
}

void Engine::loop(const std::stop_token& stop) {
  try {
    work(stop);
  } catch (const Ended&) {
    // The failure was reported where it arose.
    // The one failure that is known to concern some views only: the others can go on without them.
  } catch (const SchemaChanged& changed) {
    fail({stream_.readers_of(changed.table), changed.what()});
    // A broken invariant, a damaged journal: nobody knows which views are right. State is derived, so
    // the supervisor rebuilds it by replay.
  } catch (const std::exception& failure) {
    fail({{}, failure.what()});
  }
  const MutexLock lock(mutex_);
  // Whoever waits in run() is let go, with its task not done.
  ended_ = true;
  task_done_.notify_all();
}

void Engine::work(const std::stop_token& stop) {
  stream_.on_block(listeners_.read);
  // Cuts are known before the first block is read: a batch that has passed a frontier cannot be
  // taken apart any more.
  if (options_.until) stream_.cut_at(*options_.until);
  begin_sinks(stop);
  load_base(stop);
  loading_ = false;
  // The order of a round: tasks and sinks at the boundary, then room, then work. A batch once taken
  // from the stream is in the dataflow's state, so it must be pushed; room for it has to be there
  // before.
  while (!stop.stop_requested() && !failed_) {
    // Between two slices of a transaction the state is none of the source's: no task sees it, no
    // sink joins.
    if (!stream_.within_transaction()) at_boundary();
    // Everything asked for is done; what remains is to serve tasks until somebody stops us.
    if (options_.until && stream_.frontier() >= *options_.until) {
      wait_for_task();
      continue;
    }
    if (!make_room()) continue;
    const auto deadline = clock_.now() + idle_wait;
    const std::optional<ViewStream::Step> step = stream_.next(stop, deadline);
    if (!step) continue;
    record(*step);
    push(step->deltas);
    check_memory();
  }
}

// --- the sinks ---

// All sinks are asked at once and then waited for, so that their stores open side by side. One sink
// alone is waited for as long as it takes: without it there is nothing to do. Of several, one that
// does not answer must not keep the others from beginning.
void Engine::begin_sinks(const std::stop_token& stop) {
  // By value: a sink that does not answer may look at them after this engine has ended.
  const SinkFollower::Bases bases = stream_.bases();
  std::vector<std::future<SinkFollower::Cuts>> beginning;
  for (Attachment& attachment : attachments_)
    beginning.push_back(attachment.follower->begin_soon(bases));
  const auto deadline = clock_.now() + options_.begin_patience;
  for (std::size_t sink = 0; sink < attachments_.size(); ++sink)
    join_begun(attachments_[sink], beginning[sink], deadline, stop);
}

void Engine::join_begun(Attachment& attachment, std::future<SinkFollower::Cuts>& beginning,
                        Clock::Time deadline, const std::stop_token& stop) {
  const bool alone = attachments_.size() == 1;
  while (beginning.wait_for(idle_wait) != std::future_status::ready) {
    if (stop.stop_requested()) return;
    if (!alone && clock_.now() > deadline)
      // The task still runs some time and its result goes nowhere; begin() of the replay comes
      // behind it in the sink's order.
      return leave_behind(attachment, "it does not answer");
  }
  try {
    const SinkFollower::Cuts cuts = beginning.get();
    // Below `stored` the sink needs nothing, at `activation` its new generations become current:
    // both are exact only at the end of a batch.
    stream_.cut_at(cuts.stored);
    stream_.cut_at(cuts.activation);
    attachment.joined = true;
  } catch (const SinkFailed& failed) {
    attachment.follower->tell_trouble(failed.retryable, failed.what());
    leave_behind(attachment, failed.what());
  }
}

// The engine lets go of a sink at once, and a replay beside it takes over. What was waiting for a
// frontier of this sink is destroyed unrun, which its owner sees (a broken promise): the engine's
// frontiers are no longer those of the sink.
void Engine::leave_behind(Attachment& attachment, const std::string& reason) {
  attachment.joined = false;
  SinkFollower& follower = *attachment.follower;
  follower.detach(reason);
  std::erase_if(waiting_, [&](const auto& entry) { return entry.second.follower == &follower; });
  listeners_.left_behind(follower, reason);
  // The replay holds the state of its views a second time. It gets what the engine leaves of
  // memory_limit, read anew each time: both grow.
  const auto memory_left = [this] {
    const std::size_t used = memory_bytes_;
    return used < options_.memory_bytes_max ? options_.memory_bytes_max - used : std::size_t{0};
  };
  attachment.catch_up = std::make_unique<CatchUp>(CatchUp::Plan{
      journal_, clock_, follower, *this, with_dependencies(follower.views(), stream_.views()),
      options_.batch, memory_left});
}

// At a boundary only: this is the one place at which the set of sinks changes, so push() and
// make_room() see one set per batch. A follower detaches itself when its store fails or was
// replaced; that is found here, and the deltas pushed to it meanwhile went nowhere.
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

// Whether a sink with a full queue may be waited for. Alone, always: nobody else waits then. Beside
// others only while all are busy with the same load (base rows, one large transaction), as long as
// this one does its part: left behind, it would have to load all of it again.
bool Engine::may_wait_for(const SinkFollower& follower) const {
  if (attachments_.size() == 1) return true;
  return (loading_ || stream_.within_transaction()) && follower.moved_within(sink_patience);
}

// False = a sink is waited for; look again. A round waits at most `idle_wait` for each, so that
// tasks and a stop are not held up by a slow store.
bool Engine::make_room() {
  bool room = true;
  for (Attachment& attachment : attachments_) {
    SinkFollower& follower = *attachment.follower;
    if (!attachment.joined || follower.has_room()) continue;
    if (may_wait_for(follower))
      room = follower.wait_for_room(clock_.now() + idle_wait) && room;
    else
      leave_behind(attachment, "its queue is full");
  }
  return room;
}

// Deltas are shared between the sinks, never copied. A follower that detached itself since the
// boundary says no; it is left behind at the next one.
void Engine::push(const SharedDeltas& deltas) {
  for (Attachment& attachment : attachments_)
    if (attachment.joined) (void)attachment.follower->push(deltas);
}

// --- the way of a batch ---

void Engine::load_base(const std::stop_token& stop) {
  (void)stream_.load(
      [&](const SharedDeltas& deltas, std::uint64_t base_rows) {
        // Base rows come in a stream that cannot be put off, unlike batches: room is waited for
        // here. A stop leaves generations half filled, which nobody reads and the next begin drops.
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
  // Published before tasks run, for whoever chases the engine from another thread.
  frontier_.store(frontier);
  mind_sinks();
  run_waiting(frontier);
  run_tasks();
}

// Sorted by frontier, and batches are cut at each: those due are at the front. The task goes into
// the sink's queue behind all deltas pushed so far.
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
      const MutexLock lock(mutex_);
      // One at a time, without the lock while it runs: a task takes as long as a snapshot, and
      // others may queue meanwhile.
      if (tasks_.empty()) return;
      task = tasks_.front();
      tasks_.pop_front();
    }
    try {
      (*task->work)(boundary);
    } catch (...) {
      task->failure = std::current_exception();
    }
    const MutexLock lock(mutex_);
    // Behind this line the task may be gone: its owner returns as soon as it gets the lock.
    task->done = true;
    task_done_.notify_all();
  }
}

void Engine::wait_for_task() {
  const Clock::Time until = clock_.now() + idle_wait;
  MutexLock lock(mutex_);
  while (tasks_.empty() && clock_.now() < until) clock_.wait_until(lock, task_come_, until, {});
}

// --- what is told of it ---

void Engine::record(const ViewStream::Step& step) {
  // Keepalives only move the frontier; as batches they would drown the figures.
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

// Added up per relation of the batch first: one look-up of a metric per table and operation, not
// per row.
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
  // Those who use the largest operator stop; the others go on in the memory that becomes free. An
  // engine without them is started by whoever listens.
  const std::vector<OperatorSize> operators = sizes();
  EngineFailure failure;
  failure.message = fmt::format("memory_limit is reached: the dataflow holds {} MiB of {} MiB",
                                memory_bytes_ >> 20, options_.memory_bytes_max >> 20);
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

// The first failure is the cause; what follows from it is not told.
void Engine::fail(EngineFailure failure) {
  if (!failed_.exchange(true)) listeners_.failed(failure);
}

}  // namespace deltamill
