// Builds a new generation of one view: load (base rows), catch_up (transactions up to where the
// engine is), activate (the rest in the engine's pause, then the swap). It never shares state with
// the engine: another dataflow over the same journal, whose frontier is compared with the engine's.
// A crash anywhere leaves generations that are not current, which the sink drops at its next
// opening.
#include "service/pipeline/rebuild.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>

#include "service/pipeline/error_list.h"
#include "service/pipeline/pursuit.h"
#include "views/data/check.h"

namespace deltamill {

namespace {

constexpr std::chrono::seconds journal_wait(5);
constexpr std::chrono::milliseconds stop_check(20);

// The generation that is being built in one sink.
struct Build {
  SinkFollower* follower = nullptr;
  Generation generation;
};

// Readers of the new generation must see the view degraded from its first moment if it is.
void load_errors(Sink& sink, Generation generation, const ViewDelta& delta) {
  if (const std::int64_t errors = total_weight(delta.errors); errors != 0)
    sink.add_error_rows(generation, errors);
}

// Into the open commit. `view` is the project's number.
void load_deltas(Sink& sink, Generation generation, const SharedDeltas& deltas,
                 std::uint32_t view) {
  for (const ViewDelta& delta : deltas.views->views) {
    if (delta.view != view) continue;
    if (!delta.rows.empty()) sink.load(generation, delta.rows);
    load_errors(sink, generation, delta);
  }
}

// The sink's frontier stays: it tells how far the views are that readers see, and the new
// generation is not one of them yet. REQUIRES: on the sink's thread, so nothing moves it between
// the two calls.
void commit_in_place(Sink& sink) {
  const Frontier frontier = sink.frontier();
  sink.commit(frontier, frontier);
}

class Rebuild {
 public:
  Rebuild(const RebuildTarget& target, JobControl& control)
      : target_(target),
        control_(control),
        stream_(target.journal, with_dependencies({target.view}, target.views), target.limits) {}

  std::string run() {
    try {
      begin();
      load();
      // A transaction larger than a batch ends an attempt to activate: reading it would hold the
      // engine up for too long. It is read outside the pause, and then the way to the engine is
      // long again.
      do catch_up();
      while (!activate());
      return R"({"frontier":")" + to_string(activated_at_) + R"(","rows":)" +
             std::to_string(rows_) + "}";
    } catch (...) {
      drop_unfinished();
      throw;
    }
  }

 private:
  // In every sink before the first row is read: a sink that refuses costs nothing then.
  void begin() {
    for (SinkFollower* const follower : target_.followers) {
      Build build{follower, {}};
      on_sink(build, [&](Sink& sink) {
        build.generation = sink.begin_generation(follower->sink_view(target_.view));
      });
      builds_.push_back(build);
    }
  }

  // Without waiting, since a sink that is away may be why we are here. If the swap happened in this
  // sink before the job gave up, the generation is the one that readers see: it stays.
  void drop_unfinished() {
    for (const Build& build : builds_)
      build.follower->spawn([generation = build.generation](Sink& sink) {
        if (sink.current(generation.view) == generation) return;
        sink.drop(generation);
      });
  }

  void load() {
    control_.phase("load");
    const bool all = stream_.load(
        [&](const SharedDeltas& deltas, std::uint64_t base_rows) {
          write(deltas);
          read_ = base_rows;
          control_.progress(read_, std::max(read_, stream_.base_rows()));
        },
        control_.stop());
    if (!all) throw JobCancelled();
  }

  // Each round reads what came while the one before was read.
  void catch_up() {
    control_.phase("catch_up");
    const std::uint64_t begin = stream_.frontier().end().value;
    const std::uint64_t read_before = read_;
    Pursuit pursuit;
    std::uint64_t round_begin = 0;
    do {
      round_begin = read_;
      // Ends of batches of the engine are ends of transactions; cut there, this stream can stand
      // where the engine stood.
      const Frontier goal = target_.engine.frontier();
      // The journal may be ahead of the engine; the rebuild must not be, since nobody can go back
      // to the engine's frontier.
      stream_.cut_at(goal);
      while (stream_.frontier() < goal) {
        take(next_step());
        // As many rows to each byte of the change log as there were so far.
        const auto passed = static_cast<double>(stream_.frontier().end().value - begin);
        const auto left = static_cast<double>(goal.end().value - begin) - passed;
        const auto rows = static_cast<double>(read_ - read_before);
        const double rest = passed > 0 && left > 0 ? rows * left / passed : 0;
        control_.progress(read_, read_ + static_cast<std::uint64_t>(rest));
      }
    } while (!pursuit.caught_up(read_ - round_begin));
  }

  // Reads the rest while the engine waits, and has every sink swap exactly there: the task is in
  // each sink's queue behind the engine's deltas below the frontier and before those above. False =
  // a transaction larger than a batch came up, which is not read in a pause.
  bool activate() {
    control_.phase("activate");
    control_.progress(read_, read_);
    std::vector<SharedDeltas> rest;
    std::optional<ViewStream::Step> large;
    std::vector<std::future<void>> swaps;
    const bool ran = target_.engine.run([&](Engine::Pause& pause) {
      activated_at_ = pause.frontier();
      large = read_to(activated_at_, rest);
      // The engine goes on. What was read is kept in `rest`, since this stream is past it.
      if (large) return;
      DM_CHECK(stream_.frontier() == activated_at_, "the rebuild is past the engine");
      for (const Build& build : builds_) swaps.push_back(swap(build, rest));
    });
    if (!ran) throw JobCancelled();
    if (large) {
      for (const SharedDeltas& deltas : rest) write(deltas);
      take_whole(*large);
      return false;
    }
    for (const SharedDeltas& deltas : rest) count_rows(deltas);
    // The engine runs already. Sinks swap at their own pace, each at the same frontier.
    for (std::future<void>& swapped : swaps) wait_for(swapped);
    return true;
  }

  // The deltas up to the goal, or up to the first slice of a large transaction, which is returned.
  std::optional<ViewStream::Step> read_to(Frontier goal, std::vector<SharedDeltas>& deltas) {
    stream_.cut_at(goal);
    while (stream_.frontier() < goal) {
      ViewStream::Step step = next_step();
      if (!step.batch.complete) return step;
      deltas.push_back(std::move(step.deltas));
    }
    return std::nullopt;
  }

  // Deltas that the engine makes from here on go to the new generation. The task may outlive this
  // job, if that gives up waiting: hence everything in it by value, the promise shared.
  [[nodiscard]] std::future<void> swap(const Build& build, const std::vector<SharedDeltas>& rest) {
    const auto promise = std::make_shared<std::promise<void>>();
    std::future<void> swapped = promise->get_future();
    (void)build.follower->post([build, rest, promise, view = target_.view](Sink& sink) {
      try {
        // Set aside while the rebuild ran: its rows cannot be kept, so nothing would follow the
        // swap.
        if (build.follower->stopped(view))
          throw std::runtime_error("the view stopped in sink " + build.follower->name());
        // Rest, activation and frontier in one commit: a crash leaves the old generation current or
        // the new one, complete, never one between.
        for (const SharedDeltas& deltas : rest) load_deltas(sink, build.generation, deltas, view);
        sink.activate(build.generation);
        commit_in_place(sink);
        build.follower->follow_now(build.generation);
        promise->set_value();
      } catch (...) {
        promise->set_exception(std::current_exception());
        // The sink's thread also has to know: it throws away what is open.
        throw;
      }
    });
    return swapped;
  }

  void wait_for(std::future<void>& done) {
    while (done.wait_for(stop_check) != std::future_status::ready)
      if (control_.stop().stop_requested()) throw JobCancelled();
    try {
      done.get();
      // The task was destroyed unrun: the follower detached between the engine's pause and now.
    } catch (const std::future_error&) {
      throw std::runtime_error("a sink of the view fell behind before it could swap");
    }
  }

  [[nodiscard]] ViewStream::Step next_step() {
    if (control_.stop().stop_requested()) throw JobCancelled();
    std::optional<ViewStream::Step> step =
        stream_.next(control_.stop(), std::chrono::steady_clock::now() + journal_wait);
    // Everything up to the engine's frontier is durable, so nothing comes only when we are to stop.
    if (!step) throw JobCancelled();
    read_ += step->batch.changes.size();
    return std::move(*step);
  }

  void take(const ViewStream::Step& step) {
    if (step.batch.complete)
      write(step.deltas);
    else
      take_whole(step);
  }

  // Within one transaction a key may be inserted before its old row is deleted, so nothing may be
  // committed between: the sinks' threads are held from the first slice to the last.
  void take_whole(const ViewStream::Step& first) {
    hold_sinks(0, [&] {
      load_held(first.deltas);
      for (bool complete = false; !complete;) {
        const ViewStream::Step step = next_step();
        load_held(step.deltas);
        complete = step.batch.complete;
      }
      for (Sink* const sink : held_) commit_in_place(*sink);
    });
    held_.clear();
  }

  // One task within the other: the innermost runs on the last sink's thread while every other one
  // waits in its own. REQUIRES: nobody else holds two sinks, or they would wait for each other;
  // jobs run one at a time.
  void hold_sinks(std::size_t build, const std::function<void()>& work) {
    if (build == builds_.size()) return work();
    on_sink(builds_[build], [&](Sink& sink) {
      held_.push_back(&sink);
      hold_sinks(build + 1, work);
    });
  }

  void load_held(const SharedDeltas& deltas) {
    count_rows(deltas);
    for (std::size_t build = 0; build < builds_.size(); ++build)
      load_deltas(*held_[build], builds_[build].generation, deltas, target_.view);
  }

  // In slices with a commit each, so that the sinks' threads are free between them.
  void write(const SharedDeltas& deltas) {
    if (control_.stop().stop_requested()) throw JobCancelled();
    count_rows(deltas);
    for (const ViewDelta& delta : deltas.views->views) {
      if (delta.view != target_.view) continue;
      for_each_slice(delta.rows, [&](const Delta& slice) {
        write_slice([&](Sink& sink, Generation generation) { sink.load(generation, slice); });
      });
      if (!delta.errors.empty())
        write_slice(
            [&](Sink& sink, Generation generation) { load_errors(sink, generation, delta); });
    }
  }

  // Between two slices a sink's thread commits what the engine has for it: that is how long a
  // rebuild makes others wait.
  void write_slice(const std::function<void(Sink&, Generation)>& write) {
    for (const Build& build : builds_)
      on_sink(build, [&](Sink& sink) {
        write(sink, build.generation);
        commit_in_place(sink);
      });
  }

  // Deletes come first, so that no key is there twice between two slices.
  static void for_each_slice(Delta rows, const std::function<void(const Delta&)>& take) {
    std::ranges::stable_partition(rows, [](const DeltaRow& row) { return row.weight < 0; });
    for (std::size_t begin = 0; begin < rows.size(); begin += rebuild_slice_rows_max) {
      const std::size_t end = std::min(rows.size(), begin + rebuild_slice_rows_max);
      take(Delta(rows.begin() + static_cast<std::ptrdiff_t>(begin),
                 rows.begin() + static_cast<std::ptrdiff_t>(end)));
    }
  }

  void count_rows(const SharedDeltas& deltas) {
    for (const ViewDelta& delta : deltas.views->views)
      if (delta.view == target_.view)
        for (const DeltaRow& row : delta.rows) rows_ += row.weight;
  }

  void on_sink(const Build& build, const SinkTask& task) const {
    if (!build.follower->run(task, control_.stop())) throw JobCancelled();
  }

  const RebuildTarget& target_;
  JobControl& control_;
  ViewStream stream_;
  std::vector<Build> builds_;
  std::vector<Sink*> held_;  // of builds_, while their threads are held
  std::uint64_t read_ = 0;   // base rows and row changes
  std::int64_t rows_ = 0;    // of the new generation
  Frontier activated_at_;
};

}  // namespace

std::string rebuild_view(const RebuildTarget& target, JobControl& control) {
  return Rebuild(target, control).run();
}

}  // namespace deltamill
