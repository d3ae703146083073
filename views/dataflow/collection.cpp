// Takes rows into a delta and runs the steps of a batch for one collection: collection.h has the
// contract.
#include "views/dataflow/collection.h"

#include "views/data/check.h"

namespace deltamill {

Collection::Collection(std::uint32_t number, Shape shape, BatchState& batch)
    : number_(number),
      shape_(std::move(shape)),
      layout_(shape_.columns),
      batch_(batch),
      values_(shape_.columns.size()) {}

Arrangement& Collection::arrange(RowStore& store) {
  if (!arrangement_)
    arrangement_ = std::make_unique<Arrangement>(store, shape_.columns, layout_, shape_.unique_key);
  return *arrangement_;
}

void Collection::receive(const ValueChunk& chunk) {
  DM_CHECK(chunk.columns.size() == values_.size(), "a row has as many values as columns");
  for (std::size_t row = 0; row < chunk.count; ++row) {
    const std::int32_t weight = chunk.weights[row];
    if (weight == 0) continue;
    for (std::size_t column = 0; column < values_.size(); ++column)
      values_[column] = chunk.columns[column][row];
    const RowBytes packed = pack_row(layout_, values_, batch_.arena);
    // An update that changes nothing here is most often an adjacent pair, since producers keep −old
    // before +new: drop it before it costs a hash.
    const bool cancels = !delta_.empty() && delta_.back().weight == -weight &&
                         rows_identical(delta_.back().row, packed);
    if (cancels)
      delta_.pop_back();
    else
      delta_.push_back({packed, weight});
  }
}

void Collection::step() {
  // Finish: no row twice and no weight zero, so that a consumer may send a row on at once and the
  // arrangement finds each row it removes.
  if (stateful_producer_ != nullptr)
    stateful_producer_->finish(delta_, hashes_);
  else if (!arrives_consolidated_ && delta_.size() > 1)
    consolidate(delta_);
  if (delta_.empty()) return;
  // Emit before apply: while this delta is on its way, collections that come later in the order are
  // met as they were and this one has its old rows still (the product rule in graph.h).
  for (const Subscription& subscription : consumers_)
    subscription.consumer->consume(subscription.port, delta_);
  if (arrangement_) arrangement_->apply(delta_, hashes_);
}

std::size_t Collection::memory_bytes() const {
  std::size_t bytes = arrangement_ ? arrangement_->memory_bytes() : 0;
  for (const Operator* producer : producers_) bytes += producer->memory_bytes();
  return bytes;
}

void Collection::clear_delta() {
  delta_.clear();
  hashes_.clear();
}

}  // namespace deltamill
