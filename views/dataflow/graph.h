// The running dataflow of all views: transactions in, deltas of views out. Deterministic and
// single-threaded.
//
// Per batch, for each collection C in one fixed topological order: finish ΔC (consolidate), run
// every consumer of ΔC against the *current* arrangements of the other collections, then apply ΔC
// to C's arrangements. Because consumers run before the apply and the order is global, ΔC meets
// earlier collections new and later ones old, which is the telescoped product rule Δ(A⋈B) =
// ΔA⋈B_old + A_new⋈ΔB: exact, without versions.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "views/data/delta.h"
#include "views/data/transaction.h"
#include "views/dataflow/schema_changed.h"
#include "views/plan/plan.h"

namespace deltamill {

// Change of a view's multiset of error rows (division by zero and kin).
struct ErrorDelta {
  std::string operator_name;
  std::string message;
  std::string key;  // the row's key or content as JSON
  std::int32_t weight = 0;
};

struct ViewDelta {
  std::uint32_t view = 0;  // offset in the order given to the graph
  Delta rows;              // consolidated: no row twice, no weight zero
  std::vector<ErrorDelta> errors;
};

// Deltas of all views for one batch or slice. Rows live in `arena`.
struct ViewDeltas {
  std::vector<ViewDelta> views;  // only those that changed
  std::shared_ptr<Arena> arena;
};

// Size of one operator for explain, metrics and /v1/graph.
struct OperatorSize {
  std::string view;                    // empty: shared (a table's arrangement)
  std::string name;                    // "table public.orders", "aggregate", ...
  std::vector<std::uint32_t> readers;  // offsets of the views that use it, directly or not
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
};

class Graph {
 public:
  // REQUIRES: views in dependency order (a view after the views it reads).
  explicit Graph(const std::vector<BoundView>& views);
  ~Graph();
  Graph(Graph&&) noexcept;
  Graph& operator=(Graph&&) noexcept;

  // OIDs of the tables that some view reads. Changes of other tables are skipped.
  [[nodiscard]] std::vector<Oid> tables() const;

  // Applies changes in order and gives the views' deltas. Base rows come the same way, as inserts,
  // one table after the other (smallest first is fastest). A batch whose `complete` is false is a
  // slice: its deltas only add up to something meaningful together with the slices that follow.
  // Throws SchemaChanged, and then has applied nothing of the batch; BrokenInvariant when the input
  // contradicts the state (an update of a row that is not there).
  [[nodiscard]] ViewDeltas apply(const Batch& batch);

  // The deltas of views that hold rows before any input (aggregates without GROUP BY, SELECT
  // without FROM). Called once, before the first apply().
  [[nodiscard]] ViewDeltas initial();

  // One entry per collection that is arranged or whose producer keeps state, in the order of the
  // steps of a batch.
  [[nodiscard]] std::vector<OperatorSize> sizes() const;
  [[nodiscard]] std::size_t memory_bytes() const;

  // The operators of one view as text (`deltamill explain`): kinds, keys, arrangements, cost
  // class per change.
  [[nodiscard]] std::string explain(const std::string& view) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace deltamill
