// A dataflow driven by a replay of the journal: batches in, shared deltas out, numbered as the
// project numbers its views (the dataflow numbers those it was given).
#include "service/pipeline/view_stream.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "service/pipeline/view_tables.h"

namespace deltamill {

namespace {

std::vector<BoundView> bound_views(const std::vector<StreamedView>& views) {
  std::vector<BoundView> bound;
  for (const StreamedView& view : views) bound.push_back(view.bound);
  return bound;
}

// What a queue that holds them keeps in memory: rows stand in the arena of their batch.
std::size_t bytes_of(const ViewDeltas& deltas) {
  std::size_t bytes = deltas.arena ? deltas.arena->memory_bytes() : 0;
  for (const ViewDelta& view : deltas.views) bytes += view.rows.size() * sizeof(DeltaRow);
  return bytes;
}

}  // namespace

std::vector<StreamedView> with_dependencies(const std::vector<std::uint32_t>& chosen,
                                            const std::vector<StreamedView>& all) {
  const std::vector<BoundView> bound = bound_views(all);
  std::set<std::string> needed;
  for (const StreamedView& view : all)
    if (std::ranges::find(chosen, view.view) != chosen.end())
      for (const BoundView& read : with_dependencies(view.bound, bound)) needed.insert(read.name);
  // In the order of `all`, which is an order of dependency: a view behind those it reads.
  std::vector<StreamedView> result;
  for (const StreamedView& view : all)
    if (needed.contains(view.bound.name)) result.push_back(view);
  return result;
}

ViewStream::ViewStream(Journal& journal, std::vector<StreamedView> views, BatchLimits limits)
    : views_(std::move(views)),
      bound_(bound_views(views_)),
      tables_(journal.tables()),
      graph_(bound_),
      replay_(journal, graph_.tables(), limits) {}

// The largest base of its tables: below it at least one of them has no rows here.
Frontier ViewStream::base_of(const StreamedView& view) const {
  const std::vector<Oid> read = tables_of(view.bound, bound_);
  Frontier base;
  for (const JournalTable& table : tables_)
    if (std::ranges::binary_search(read, table.oid)) base = std::max(base, table.base);
  return base;
}

std::map<std::uint32_t, Frontier> ViewStream::bases() const {
  std::map<std::uint32_t, Frontier> bases;
  for (const StreamedView& view : views_) bases.emplace(view.view, base_of(view));
  return bases;
}

bool ViewStream::load(const std::function<void(SharedDeltas deltas, std::uint64_t base_rows)>& take,
                      const std::stop_token& stop) {
  // Rows without input: a global aggregate has one row also over an empty table.
  take(share(graph_.initial(), {}, true), 0);
  std::uint64_t rows = 0;
  return replay_.load_base(
      [&](const Batch& batch) {
        // Base rows have no frontier: bases were read at different ones. Only the first boundary
        // behind all bases is a state of the source.
        SharedDeltas deltas = share(graph_.apply(batch), {}, true);
        rows += batch.changes.size();
        take(std::move(deltas), rows);
      },
      stop);
}

std::optional<ViewStream::Step> ViewStream::next(const std::stop_token& stop,
                                                 std::chrono::steady_clock::time_point deadline) {
  std::optional<Batch> batch = replay_.next(stop, deadline);
  if (!batch) return std::nullopt;
  const auto begin = std::chrono::steady_clock::now();
  ViewDeltas deltas = graph_.apply(*batch);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  within_ = !batch->complete;
  SharedDeltas shared = share(std::move(deltas), batch->to, batch->complete);
  return Step{std::move(*batch), std::move(shared), seconds.count()};
}

SharedDeltas ViewStream::share(ViewDeltas deltas, Frontier to, bool complete) const {
  SharedDeltas shared;
  shared.to = to;
  shared.complete = complete;
  shared.bytes = bytes_of(deltas);
  for (ViewDelta& delta : deltas.views) delta.view = views_[delta.view].view;
  shared.views = std::make_shared<const ViewDeltas>(std::move(deltas));
  return shared;
}

std::vector<OperatorSize> ViewStream::sizes() const {
  std::vector<OperatorSize> sizes = graph_.sizes();
  for (OperatorSize& size : sizes)
    for (std::uint32_t& reader : size.readers) reader = views_[reader].view;
  return sizes;
}

std::vector<std::uint32_t> ViewStream::readers_of(Oid table) const {
  std::vector<std::uint32_t> readers;
  for (const StreamedView& view : views_)
    if (std::ranges::binary_search(tables_of(view.bound, bound_), table))
      readers.push_back(view.view);
  return readers;
}

}  // namespace deltamill
