// A contender of the backlog benchmark: the engine alone. Replays a finished journal (base rows,
// then every transaction) through the project's views into a sink that only counts. PostgreSQL is
// asked for the catalog before the clock starts, and for nothing after.
//
//   benchmark_replay PROJECT
//
//   changes N batches N seconds S cpu S      printed first
//   NAME rows N                              a line per view
#include "service/pipeline/replay.h"

#include <fmt/format.h>

#include <chrono>
#include <ctime>
#include <exception>
#include <iostream>
#include <map>

#include "service/pipeline/engine.h"
#include "tests/benchmark/backlog/usable_project.h"

namespace deltamill {

namespace {

// CPU time of this process in seconds.
double cpu_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

// Takes the views' deltas and keeps the number of rows.
class CountingSink {
 public:
  void apply(const ViewDeltas& deltas) {
    for (const ViewDelta& view : deltas.views)
      for (const DeltaRow& row : view.rows) rows_[view.view] += row.weight;
  }
  [[nodiscard]] std::int64_t rows(std::uint32_t view) { return rows_[view]; }

 private:
  std::map<std::uint32_t, std::int64_t> rows_;
};

struct Counts {
  std::uint64_t changes = 0;
  std::uint64_t batches = 0;
};

Counts replay_all(Journal& journal, Graph& graph, CountingSink& sink) {
  Counts counts;
  const Frontier end = journal.durable();
  Replay replay(journal, graph.tables(), EngineOptions().batch);
  sink.apply(graph.initial());
  replay.load_base([&](const Batch& batch) { sink.apply(graph.apply(batch)); }, {});
  while (replay.frontier() < end) {
    const auto batch = replay.next({}, std::chrono::steady_clock::time_point::min());
    if (!batch) break;  // only keepalives are left
    sink.apply(graph.apply(*batch));
    counts.changes += batch->changes.size();
    ++counts.batches;
  }
  return counts;
}

void replay(const std::string& directory) {
  const ResolvedProject project = usable_project(directory);
  const std::vector<BoundView> views = project.deployment.bound_views();

  const auto began = std::chrono::steady_clock::now();
  const double cpu_before = cpu_seconds();
  SystemClock clock;
  const std::unique_ptr<Journal> journal =
      open_journal((project.files.settings.state / "journal.db").string(), clock, {});
  Graph graph(views);
  CountingSink sink;
  const Counts counts = replay_all(*journal, graph, sink);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - began;
  fmt::print("changes {} batches {} seconds {:.3f} cpu {:.3f}\n", counts.changes, counts.batches,
             seconds.count(), cpu_seconds() - cpu_before);
  for (std::uint32_t view = 0; view < views.size(); ++view)
    fmt::print("{} rows {}\n", views[view].name, sink.rows(view));
}

}  // namespace

}  // namespace deltamill

int main(int argument_count, char** arguments) {
  if (argument_count != 2) {
    std::cerr << "usage: benchmark_replay PROJECT\n";
    return 2;
  }
  try {
    deltamill::replay(arguments[1]);
    return 0;
  } catch (const std::exception& failure) {
    std::cerr << "benchmark_replay: " << failure.what() << "\n";
    return 1;
  }
}
