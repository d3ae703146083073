// The deltas of some views, made by replaying the journal through a dataflow of their own: first the
// base rows, then transactions. The engine has one for all views; a rebuild and a sink that is too
// far behind make one beside it. For one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <vector>

#include "service/journal/journal.h"
#include "service/pipeline/replay.h"
#include "service/pipeline/shared_deltas.h"
#include "views/dataflow/graph.h"
#include "views/plan/plan.h"

namespace deltamill {

// A view in a dataflow, and its number in the project.
struct StreamedView {
  BoundView bound;
  std::uint32_t view = 0;
};

// `chosen` and all views they read, directly or not, in the order of `all`.
[[nodiscard]] std::vector<StreamedView> with_dependencies(const std::vector<std::uint32_t>& chosen,
                                                          const std::vector<StreamedView>& all);

class ViewStream {
 public:
  // One batch with what it did to the views.
  struct Step {
    Batch batch;
    SharedDeltas deltas;
    double seconds = 0;  // spent in the dataflow
  };

  // REQUIRES: views in dependency order; the bases of their tables are complete in the journal.
  ViewStream(Journal& journal, std::vector<StreamedView> views, BatchLimits limits);

  [[nodiscard]] const std::vector<StreamedView>& views() const { return views_; }
  // The smallest frontier at which each view's rows can be had from the journal, by the project's
  // numbers.
  [[nodiscard]] std::map<std::uint32_t, Frontier> bases() const;

  // A batch will end exactly here. Frontiers already passed are ignored.
  void cut_at(Frontier frontier) { replay_.cut_at(frontier); }
  // Called with each block of transactions as it is read.
  void on_block(std::function<void(const Block&)> listener) {
    replay_.on_block(std::move(listener));
  }

  // Hands over what the views hold before any transaction: first the rows that need no input, then
  // those of the base rows, with the number of base rows read so far. False = stopped.
  bool load(const std::function<void(SharedDeltas deltas, std::uint64_t base_rows)>& take,
            const std::stop_token& stop);
  [[nodiscard]] std::uint64_t base_rows() const { return replay_.base_rows(); }

  // The next batch; nothing when the deadline passed or `stop` was requested. Throws SchemaChanged;
  // BrokenInvariant when the journal contradicts the state.
  [[nodiscard]] std::optional<Step> next(const std::stop_token& stop,
                                         std::chrono::steady_clock::time_point deadline);

  // End of the last whole batch.
  [[nodiscard]] Frontier frontier() const { return replay_.frontier(); }
  // The last step was a slice: its transaction is not over.
  [[nodiscard]] bool within_transaction() const { return within_; }

  // Sizes of the operators; their readers are the project's numbers of views.
  [[nodiscard]] std::vector<OperatorSize> sizes() const;
  [[nodiscard]] std::size_t memory_bytes() const { return graph_.memory_bytes(); }
  // Views that read the table, by the project's numbers.
  [[nodiscard]] std::vector<std::uint32_t> readers_of(Oid table) const;

 private:
  [[nodiscard]] Frontier base_of(const StreamedView& view) const;
  [[nodiscard]] SharedDeltas share(ViewDeltas deltas, Frontier to, bool complete) const;

  std::vector<StreamedView> views_;
  std::vector<BoundView> bound_;
  std::vector<JournalTable> tables_;
  Graph graph_;
  Replay replay_;
  bool within_ = false;
};

}  // namespace deltamill
