// load → catch_up → activate.
#include "service/pipeline/rebuild.h"

#include <algorithm>
#include <chrono>
#include <limits>

#include "service/pipeline/error_list.h"
#include "service/pipeline/view_tables.h"
#include "views/data/check.h"

namespace deltamill {

namespace {

constexpr std::chrono::seconds journal_wait(5);
// What is read in some milliseconds, and in some tenths of a second.
constexpr std::uint64_t short_round_changes = 1000;
constexpr std::uint64_t bearable_round_changes = 100'000;
constexpr int rounds_max = 20;

class Rebuild {
 public:
  Rebuild(const RebuildTarget& target, JobControl& control)
      : target_(target),
        control_(control),
        views_(with_dependencies(find_view(target), target.views)),
        graph_(views_),
        replay_(target.journal, graph_.tables(), {}) {
    for (std::uint32_t view = 0; view < views_.size(); ++view)
      if (views_[view].name == target.view) ordinal_ = view;
  }

  std::string run() {
    on_sink([&](Sink& sink) { generation_ = sink.begin_generation(target_.sink_view); });
    try {
      load();
      catch_up();
      return activate();
    } catch (...) {
      on_sink([&](Sink& sink) {
        sink.drop(generation_);
        sink.commit(sink.frontier(), sink.frontier());
      });
      throw;
    }
  }

 private:
  static const BoundView& find_view(const RebuildTarget& target) {
    const auto view = std::ranges::find(target.views, target.view, &BoundView::name);
    DM_CHECK(view != target.views.end(), "unknown view " + target.view);
    return *view;
  }

  void load() {
    control_.phase("load");
    write(graph_.initial());
    const bool all = replay_.load_base(
        [&](const Batch& batch) {
          write(graph_.apply(batch));
          read_ += batch.changes.size();
          control_.progress(read_, std::max(read_, replay_.base_rows()));
        },
        control_.stop());
    if (!all) throw JobCancelled();
  }

  // Each round reads what came while the one before was read, and writers never rest: once a round
  // is short, or rounds do not get shorter, the rest is read while the engine waits.
  void catch_up() {
    control_.phase("catch_up");
    const std::uint64_t begin = replay_.frontier().end().value;
    const std::uint64_t base_rows = read_;
    std::uint64_t latest = std::numeric_limits<std::uint64_t>::max();
    for (int round = 0; round < rounds_max; ++round) {
      const std::uint64_t before = read_;
      const Frontier goal = target_.engine.frontier();
      // The journal may be ahead of the engine; the rebuild must not be.
      replay_.cut_at(goal);
      while (replay_.frontier() < goal) {
        advance();
        // As many rows to each byte of the change log as there were so far.
        const auto passed = static_cast<double>(replay_.frontier().end().value - begin);
        const auto left = static_cast<double>(goal.end().value - begin) - passed;
        const auto rows = static_cast<double>(read_ - base_rows);
        const double rest = passed > 0 && left > 0 ? rows * left / passed : 0;
        control_.progress(read_, read_ + static_cast<std::uint64_t>(rest));
      }
      const std::uint64_t changes = read_ - before;
      if (changes <= short_round_changes) return;
      if (changes > latest / 2 && changes <= bearable_round_changes) return;
      latest = changes;
    }
  }

  std::string activate() {
    control_.phase("activate");
    control_.progress(read_, read_);
    Frontier frontier;
    const bool ran = target_.engine.run([&](Engine::Pause& pause) {
      frontier = pause.frontier();
      replay_.cut_at(frontier);
      while (replay_.frontier() < frontier) advance_held(next_batch(), pause.worker());
      DM_CHECK(replay_.frontier() == frontier, "the rebuild is past the engine");
      swap(pause.worker());
    });
    if (!ran) throw JobCancelled();
    return "{\"frontier\":\"" + to_string(frontier) + "\",\"rows\":" + std::to_string(rows_) + "}";
  }

  // Deltas that the engine makes from here on go to the new generation.
  void swap(SinkWorker& worker) {
    worker.run([&](Sink& sink) {
      sink.activate(generation_);
      sink.commit(sink.frontier(), sink.frontier());
      worker.follow(generation_, SinkWorker::Filling::no);
    });
  }

  void advance() {
    const Batch batch = next_batch();
    if (batch.complete) return write(graph_.apply(batch));
    // Within one transaction a key may be inserted before its old row is deleted; nothing may be
    // committed between.
    const bool ran =
        target_.engine.run([&](Engine::Pause& pause) { advance_held(batch, pause.worker()); });
    if (!ran) throw JobCancelled();
  }

  // Takes one whole transaction or batch in while the engine waits.
  void advance_held(Batch batch, SinkWorker& worker) {
    while (true) {
      const ViewDeltas deltas = graph_.apply(batch);
      worker.run([&](Sink& sink) {
        for_each_slice(deltas, [&](const Delta& slice) { load_slice(sink, slice); });
        count_errors(sink, deltas);
        if (batch.complete) sink.commit(sink.frontier(), sink.frontier());
      });
      if (batch.complete) return;
      batch = next_batch();
    }
  }

  Batch next_batch() {
    if (control_.stop().stop_requested()) throw JobCancelled();
    std::optional<Batch> batch =
        replay_.next(control_.stop(), std::chrono::steady_clock::now() + journal_wait);
    if (!batch) throw JobCancelled();
    read_ += batch->changes.size();
    return std::move(*batch);
  }

  void write(const ViewDeltas& deltas) {
    if (control_.stop().stop_requested()) throw JobCancelled();
    for_each_slice(deltas, [&](const Delta& slice) {
      on_sink([&](Sink& sink) {
        load_slice(sink, slice);
        sink.commit(sink.frontier(), sink.frontier());
      });
    });
    if (!has_errors(deltas)) return;
    on_sink([&](Sink& sink) {
      count_errors(sink, deltas);
      sink.commit(sink.frontier(), sink.frontier());
    });
  }

  void load_slice(Sink& sink, const Delta& slice) {
    sink.load(generation_, slice);
    for (const DeltaRow& row : slice) rows_ += row.weight;
  }

  [[nodiscard]] bool has_errors(const ViewDeltas& deltas) const {
    return std::ranges::any_of(deltas.views, [&](const ViewDelta& view) {
      return view.view == ordinal_ && !view.errors.empty();
    });
  }

  void count_errors(Sink& sink, const ViewDeltas& deltas) const {
    for (const ViewDelta& view : deltas.views)
      if (view.view == ordinal_) sink.add_error_rows(generation_, total_weight(view.errors));
  }

  // Deletes come first, so that no key is there twice between two slices.
  template <typename Take>
  void for_each_slice(const ViewDeltas& deltas, const Take& take) {
    for (const ViewDelta& view : deltas.views) {
      if (view.view != ordinal_) continue;
      Delta rows = view.rows;
      std::ranges::stable_partition(rows, [](const DeltaRow& row) { return row.weight < 0; });
      for (std::size_t begin = 0; begin < rows.size(); begin += rebuild_slice_rows_max) {
        const std::size_t end = std::min(rows.size(), begin + rebuild_slice_rows_max);
        take(Delta(rows.begin() + static_cast<std::ptrdiff_t>(begin),
                   rows.begin() + static_cast<std::ptrdiff_t>(end)));
      }
    }
  }

  void on_sink(const SinkTask& task) {
    if (!target_.engine.run([&](Engine::Pause& pause) { pause.worker().run(task); }))
      throw JobCancelled();
  }

  const RebuildTarget& target_;
  JobControl& control_;
  const std::vector<BoundView> views_;
  Graph graph_;
  Replay replay_;
  std::uint32_t ordinal_ = 0;
  Generation generation_;
  std::uint64_t read_ = 0;  // base rows and row changes
  std::int64_t rows_ = 0;
};

}  // namespace

std::string rebuild_view(const RebuildTarget& target, JobControl& control) {
  return Rebuild(target, control).run();
}

}  // namespace deltamill
