// The loop of the engine thread, and how it begins.
#include "service/pipeline/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "service/pipeline/view_tables.h"
#include "views/data/check.h"

namespace deltamill {

namespace {

// How long the engine waits for the journal before it looks for tasks.
constexpr std::chrono::milliseconds idle_wait(10);

std::vector<BoundView> bound_views(const std::vector<EngineView>& views) {
  std::vector<BoundView> bound;
  for (const EngineView& view : views) bound.push_back(view.bound);
  return bound;
}

std::vector<std::uint32_t> sink_views(const std::vector<EngineView>& views) {
  std::vector<std::uint32_t> offsets;
  for (const EngineView& view : views) offsets.push_back(view.sink_view);
  return offsets;
}

// Thrown after fail() to leave the engine's thread.
struct Ended {};

std::size_t bytes_of(const ViewDeltas& deltas) {
  std::size_t bytes = deltas.arena ? deltas.arena->memory_bytes() : 0;
  for (const ViewDelta& view : deltas.views) bytes += view.rows.size() * sizeof(DeltaRow);
  return bytes;
}

}  // namespace

struct Engine::Task {
  const std::function<void(Pause&)>* work = nullptr;
  std::exception_ptr failure;
  bool done = false;
};

class Engine::Boundary : public Engine::Pause {
 public:
  explicit Boundary(Engine& engine) : engine_(engine) {}

  [[nodiscard]] Frontier frontier() const override { return engine_.replay_.frontier(); }
  [[nodiscard]] SinkWorker& worker() override { return engine_.worker_; }
  void when_at(Frontier frontier, SinkTask task) override {
    DM_CHECK(frontier >= engine_.replay_.frontier(), "the engine is past this frontier");
    engine_.replay_.cut_at(frontier);
    engine_.waiting_.emplace(frontier, std::move(task));
  }

 private:
  Engine& engine_;
};

Engine::Engine(Journal& journal, Sink& sink, std::vector<EngineView> views, EngineOptions options,
               Metrics& metrics, ErrorLists& errors, EngineListeners listeners)
    : journal_(journal),
      sink_(sink),
      views_(std::move(views)),
      options_(std::move(options)),
      metrics_(metrics),
      errors_(errors),
      listeners_(std::move(listeners)),
      graph_(bound_views(views_)),
      replay_(journal, graph_.tables(), options_.batch),
      worker_(sink, sink_views(views_), {.name = options_.sink_name}, metrics,
              {.committed = listeners_.committed,
               .failed =
                   [this](const SinkFailure& failure) {
                     EngineFailure reason{{}, failure.retryable, failure.message};
                     if (failure.view) reason.sink_views.push_back(*failure.view);
                     fail(std::move(reason));
                   },
               .between_commits = listeners_.between_commits}) {
  thread_ = std::jthread([this](const std::stop_token& stop) { loop(stop); });
}

Engine::~Engine() = default;

bool Engine::run(const std::function<void(Pause&)>& work) {
  Task task{&work, nullptr, false};
  std::unique_lock lock(mutex_);
  if (ended_) return false;
  tasks_.push_back(&task);
  task_done_.wait(lock, [&] { return task.done || ended_; });
  if (task.failure) std::rethrow_exception(task.failure);
  return task.done;
}

std::vector<OperatorSize> Engine::sizes() const {
  std::vector<OperatorSize> sizes = graph_.sizes();
  for (OperatorSize& size : sizes)
    for (std::uint32_t& reader : size.readers) reader = views_[reader].sink_view;
  return sizes;
}

Frontier Engine::frontier() const {
  return frontier_.load();
}

void Engine::loop(const std::stop_token& stop) {
  try {
    work(stop);
  } catch (const Ended&) {
    // The failure was reported where it arose.
  } catch (const SchemaChanged& changed) {
    fail({readers_of(changed.table), false, changed.what()});
  } catch (const std::exception& failure) {
    fail({{}, false, failure.what()});
  }
  const std::lock_guard lock(mutex_);
  ended_ = true;
  task_done_.notify_all();
}

void Engine::work(const std::stop_token& stop) {
  replay_.on_block(listeners_.read);
  choose_generations();
  load_base(stop);
  while (!stop.stop_requested() && !failed_) {
    if (!within_) at_boundary();
    if (reached_until_) return;
    const auto deadline = std::chrono::steady_clock::now() + idle_wait;
    if (const std::optional<Batch> batch = replay_.next(stop, deadline)) step(*batch);
  }
}

// A view whose current generation is of its present definition, and not older than what the journal
// can reproduce, is followed from the sink's frontier on. Every other one is filled anew.
void Engine::choose_generations() {
  const std::vector<BoundView> bound = bound_views(views_);
  const std::vector<JournalTable> tables = journal_.tables();
  const bool ran = worker_.run([&](Sink& sink) {
    stored_ = sink.frontier();
    for (const EngineView& view : views_) {
      Frontier base;
      const std::vector<Oid> read = tables_of(view.bound, bound);
      for (const JournalTable& table : tables)
        if (std::ranges::binary_search(read, table.oid)) base = std::max(base, table.base);
      const std::optional<Generation> current = sink.current(view.sink_view);
      if (current && stored_ >= base) {
        running_.push_back(*current);
        continue;
      }
      loading_.push_back(sink.begin_generation(view.sink_view));
      worker_.follow(loading_.back(), SinkWorker::Filling::yes);
      activation_ = std::max(activation_, base);
    }
  });
  DM_CHECK(ran, "the sink's worker ended before the engine began");
  // Also without a view to follow: what readers saw does not go back.
  activation_ = std::max(activation_, stored_);
  replay_.cut_at(stored_);
  replay_.cut_at(activation_);
  if (options_.until) replay_.cut_at(*options_.until);
}

void Engine::load_base(const std::stop_token& stop) {
  Batch nothing;
  nothing.complete = true;
  push(graph_.initial(), nothing);
  std::uint64_t rows = 0;
  replay_.load_base(
      [&](const Batch& batch) {
        push(graph_.apply(batch), nothing);
        rows += batch.changes.size();
        if (listeners_.loading) listeners_.loading(rows, replay_.base_rows());
        check_memory();
      },
      stop);
}

void Engine::at_boundary() {
  const Frontier frontier = replay_.frontier();
  frontier_.store(frontier);
  if (!following_ && frontier >= stored_) follow_running();
  if (!loading_.empty() && frontier >= activation_) activate_loaded();
  settled_ = following_ && loading_.empty();
  while (!waiting_.empty() && waiting_.begin()->first <= frontier) {
    const SinkTask task = std::move(waiting_.begin()->second);
    waiting_.erase(waiting_.begin());
    worker_.run(task);
  }
  run_tasks();
  reached_until_ = options_.until && frontier >= *options_.until;
}

void Engine::follow_running() {
  following_ = true;
  worker_.run([&](Sink&) {
    for (const Generation& generation : running_)
      worker_.follow(generation, SinkWorker::Filling::no);
  });
  std::vector<std::uint32_t> live;
  for (const Generation& generation : running_) live.push_back(generation.view);
  if (!live.empty() && listeners_.live) listeners_.live(live);
}

void Engine::activate_loaded() {
  const Frontier frontier = replay_.frontier();
  const bool ran = worker_.run([&](Sink& sink) {
    for (const Generation& generation : loading_) {
      sink.activate(generation);
      worker_.follow(generation, SinkWorker::Filling::no);
    }
    sink.commit(sink.frontier(), frontier);
    if (listeners_.committed) listeners_.committed(frontier);
  });
  if (!ran) return;
  std::vector<std::uint32_t> live;
  for (const Generation& generation : loading_) live.push_back(generation.view);
  loading_.clear();
  following_ = true;
  if (listeners_.live) listeners_.live(live);
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

void Engine::step(const Batch& batch) {
  const auto begin = std::chrono::steady_clock::now();
  ViewDeltas deltas = graph_.apply(batch);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  within_ = !batch.complete;
  record(batch, deltas, seconds.count());
  push(std::move(deltas), batch);
  check_memory();
}

void Engine::push(ViewDeltas deltas, const Batch& batch) {
  collect_errors(deltas, batch.complete);
  SinkDeltas work;
  work.bytes = bytes_of(deltas);
  work.deltas = std::move(deltas);
  work.complete = batch.complete;
  // Below the sink's frontier rows only go to generations that nobody reads, and the frontier
  // stays.
  if (following_) work.to = batch.to;
  // Nothing to tell the worker, unless it holds slices of this transaction and waits for its end.
  const bool ends_transaction = batch.complete && worker_within_;
  if (work.deltas.views.empty() && !following_ && !ends_transaction) return;
  worker_within_ = !batch.complete;
  worker_.push(std::move(work));
}

void Engine::collect_errors(const ViewDeltas& deltas, bool complete) {
  for (const ViewDelta& view : deltas.views) {
    if (view.errors.empty()) continue;
    pending_errors_.push_back({view.view, {}, view.errors});
  }
  if (!complete) return;
  for (const ViewDelta& view : pending_errors_)
    errors_.apply(views_[view.view].sink_view, view.errors);
  pending_errors_.clear();
}

void Engine::record(const Batch& batch, const ViewDeltas& deltas, double seconds) {
  if (batch.changes.empty()) return;
  metrics_.observe("batch_seconds", seconds);
  metrics_.observe("batch_changes", static_cast<double>(batch.changes.size()));
  metrics_.add("transactions_total", static_cast<double>(batch.transaction_count));
  constexpr const char* operations[] = {"insert", "update", "delete", "truncate"};
  std::vector<std::array<std::uint64_t, 4>> counts(batch.relations.size());
  for (const Change& change : batch.changes)
    ++counts[change.relation][static_cast<std::size_t>(change.kind)];
  for (std::size_t relation = 0; relation < counts.size(); ++relation)
    for (std::size_t kind = 0; kind < 4; ++kind)
      if (counts[relation][kind] != 0)
        metrics_.add(
            "changes_total", static_cast<double>(counts[relation][kind]),
            {{"table", batch.relations[relation]->schema + "." + batch.relations[relation]->name},
             {"op", operations[kind]}});
  for (const ViewDelta& view : deltas.views) {
    const auto inserted =
        std::ranges::count_if(view.rows, [](const DeltaRow& row) { return row.weight > 0; });
    const auto total = static_cast<std::ptrdiff_t>(view.rows.size());
    const std::string& name = views_[view.view].bound.name;
    metrics_.add("view_changes_total", static_cast<double>(inserted),
                 {{"view", name}, {"op", "insert"}});
    metrics_.add("view_changes_total", static_cast<double>(total - inserted),
                 {{"view", name}, {"op", "delete"}});
  }
}

void Engine::check_memory() {
  memory_bytes_ = graph_.memory_bytes();
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
    for (const EngineView& view : views_)
      if (std::ranges::find(largest->readers, view.sink_view) != largest->readers.end())
        failure.message += " " + view.bound.name;
    failure.sink_views = largest->readers;
  }
  fail(std::move(failure));
  throw Ended{};
}

std::vector<std::uint32_t> Engine::readers_of(Oid table) const {
  const std::vector<BoundView> bound = bound_views(views_);
  std::vector<std::uint32_t> readers;
  for (const EngineView& view : views_)
    if (std::ranges::binary_search(tables_of(view.bound, bound), table))
      readers.push_back(view.sink_view);
  return readers;
}

void Engine::fail(EngineFailure failure) {
  if (!failed_.exchange(true) && listeners_.failed) listeners_.failed(failure);
}

}  // namespace deltamill
