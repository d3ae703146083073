// Runs a batch: changes to table inputs, then each collection's step in topological order, then the
// views' deltas. What the collections and operators are: flow.h; how they came about: compile.h.
#include "views/dataflow/graph.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "views/data/check.h"
#include "views/dataflow/compile.h"

namespace deltamill {

struct Graph::State {
  // Changes of one table that wait for the end of a run of changes under one relation.
  struct Pending {
    TableInput* table = nullptr;
    std::uint32_t relation = 0;
    std::vector<const Change*> changes;
  };

  std::unique_ptr<Flow> flow;
  std::map<Oid, std::size_t> tables;  // offset in flow->tables and in pending
  std::vector<Pending> pending;

  void stage(const Batch& batch);
  void flush(const Batch& batch, Pending& waiting);
  void discard();
  [[nodiscard]] ViewDeltas run();
  void collect_rows(ViewDeltas& deltas) const;
  void collect_errors(ViewDeltas& deltas) const;
};

namespace {

constexpr std::size_t unknown_table = ~std::size_t{0};

// The delta of a view, added if there is none yet.
ViewDelta& delta_of(ViewDeltas& deltas, std::uint32_t view) {
  // Ascending by view, which is the order in which collect_rows() makes them: an insertion is rare,
  // for a view whose rows are the same but whose errors changed.
  const auto found = std::lower_bound(
      deltas.views.begin(), deltas.views.end(), view,
      [](const ViewDelta& delta, std::uint32_t wanted) { return delta.view < wanted; });
  if (found != deltas.views.end() && found->view == view) return *found;
  return *deltas.views.insert(found, ViewDelta{view, {}, {}});
}

}  // namespace

// Sorts the changes by table, so that a table input gets long runs to prefetch in. The outcome is
// the same: only changes of one table depend on each other, and the batch is seen as a whole. A
// table whose relation changes within the batch is flushed first, since bind() says how the tuples
// that follow are read.
void Graph::State::stage(const Batch& batch) {
  std::vector<std::size_t> table_of(batch.relations.size(), unknown_table);
  for (std::size_t relation = 0; relation < batch.relations.size(); ++relation) {
    const auto found = tables.find(batch.relations[relation]->oid);
    if (found != tables.end()) table_of[relation] = found->second;
  }
  for (const Change& change : batch.changes) {
    DM_CHECK(change.relation < table_of.size(), "a change of a relation that is not in the batch");
    const std::size_t table = table_of[change.relation];
    // The publication may hold tables that no view reads.
    if (table == unknown_table) continue;
    Pending& waiting = pending[table];
    if (waiting.relation != change.relation) flush(batch, waiting);
    waiting.relation = change.relation;
    waiting.changes.push_back(&change);
  }
  for (Pending& waiting : pending) flush(batch, waiting);
}

void Graph::State::flush(const Batch& batch, Pending& waiting) {
  if (waiting.changes.empty()) return;
  waiting.table->bind(batch.relations[waiting.relation]);
  waiting.table->take(waiting.changes);
  waiting.changes.clear();
}

// Before run(), no collection has seen anything of the batch: what the table inputs gathered is all
// there is to forget.
void Graph::State::discard() {
  for (Pending& waiting : pending) {
    waiting.changes.clear();
    waiting.table->discard();
  }
  flow->batch.reset();
}

ViewDeltas Graph::State::run() {
  // In the order of their numbers, each once. A collection's step must see earlier arrangements
  // with their deltas and later ones without (graph.h); any other topological order would do as
  // well, but not a second one within the batch.
  for (const std::unique_ptr<Collection>& collection : flow->collections) collection->step();
  ViewDeltas deltas;
  deltas.arena = std::make_shared<Arena>();
  collect_rows(deltas);
  collect_errors(deltas);
  for (const std::unique_ptr<Collection>& collection : flow->collections) collection->clear_delta();
  flow->batch.reset();
  return deltas;
}

// The rows of a delta live until the end of the batch. Those of views are copied to an arena of
// their own, which the sinks keep while the next batches are applied.
void Graph::State::collect_rows(ViewDeltas& deltas) const {
  for (std::uint32_t view = 0; view < flow->views.size(); ++view) {
    const Delta& delta = flow->views[view].collection->delta();
    if (delta.empty()) continue;
    Delta& rows = delta_of(deltas, view).rows;
    rows.reserve(delta.size());
    for (const DeltaRow& change : delta)
      rows.push_back({copy_row(change.row, *deltas.arena), change.weight});
  }
}

// Adds up the error changes per view; what cancels is not reported. Ordered by content, so that
// equal batches report in equal order. A report belongs to every view that reads the collection,
// directly or not: the missing row is missing in all of them.
void Graph::State::collect_errors(ViewDeltas& deltas) const {
  std::map<std::tuple<std::uint32_t, std::uint32_t, std::string, std::string>, std::int32_t> sums;
  for (const RowErrorChange& change : flow->batch.errors)
    for (const std::uint32_t view : flow->dependents[change.collection])
      sums[{view, change.collection, change.message, change.key}] += change.weight;
  for (const auto& [error, weight] : sums) {
    if (weight == 0) continue;
    const auto& [view, collection, message, key] = error;
    delta_of(deltas, view)
        .errors.push_back({flow->collections[collection]->name(), message, key, weight});
  }
}

Graph::Graph(const std::vector<BoundView>& views) : state_(std::make_unique<State>()) {
  state_->flow = compile(views);
  for (TableInput* table : state_->flow->tables) {
    state_->tables[table->table().oid] = state_->pending.size();
    state_->pending.push_back({table, 0, {}});
  }
}

Graph::~Graph() = default;
Graph::Graph(Graph&&) noexcept = default;
Graph& Graph::operator=(Graph&&) noexcept = default;

std::vector<Oid> Graph::tables() const {
  std::vector<Oid> oids;
  for (const auto& [oid, table] : state_->tables) oids.push_back(oid);
  return oids;
}

ViewDeltas Graph::apply(const Batch& batch) {
  // Only staging may throw what the caller can go on after: parsing needs nothing of the state. A
  // BrokenInvariant in run() leaves the state half applied, and the graph is thrown away.
  try {
    state_->stage(batch);
  } catch (...) {
    state_->discard();
    throw;
  }
  return state_->run();
}

ViewDeltas Graph::initial() {
  for (const std::unique_ptr<Operator>& made : state_->flow->operators) made->start();
  return state_->run();
}

std::vector<OperatorSize> Graph::sizes() const {
  const Flow& flow = *state_->flow;
  std::vector<OperatorSize> sizes;
  for (const std::unique_ptr<Collection>& collection : flow.collections) {
    const Arrangement* arrangement = collection->arrangement();
    const StatefulOperator* producer = collection->stateful_producer();
    if (arrangement == nullptr && producer == nullptr) continue;
    OperatorSize size;
    const std::vector<std::uint32_t>& views = flow.dependents[collection->number()];
    // A table's arrangement is shared by nature, even while a single view reads it.
    const bool shared = collection->kind() == CollectionKind::table || views.size() != 1;
    if (!shared) size.view = flow.views[views.front()].name;
    size.name = collection->name();
    size.readers = views;
    size.rows = arrangement != nullptr ? arrangement->size() : producer->size();
    size.bytes = collection->memory_bytes();
    sizes.push_back(std::move(size));
  }
  return sizes;
}

std::size_t Graph::memory_bytes() const {
  std::size_t bytes = state_->flow->batch.arena.memory_bytes();
  for (const std::unique_ptr<Collection>& collection : state_->flow->collections)
    bytes += collection->memory_bytes();
  return bytes;
}

std::string Graph::explain(const std::string& view) const {
  for (const Flow::View& candidate : state_->flow->views)
    if (candidate.name == view) return explain_view(candidate);
  return {};
}

}  // namespace deltamill
