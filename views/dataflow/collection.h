// A collection: a multiset of rows with one producer, its delta in the batch at hand, and an
// arrangement if some operator looks it up. Tables, views and everything between them are
// collections.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "views/dataflow/arrangement.h"
#include "views/dataflow/batch_state.h"
#include "views/dataflow/operator.h"

namespace deltamill {

class Collection : public Receiver {
 public:
  struct Shape {
    std::string name;  // for explain and errors: "table public.orders", "view totals", "aggregate"
    Columns columns;
    std::optional<KeyColumns>
        unique_key;  // guaranteed by the producer, which then keeps -old before +new
  };

  Collection(std::uint32_t number, Shape shape, BatchState& batch);

  [[nodiscard]] std::uint32_t number() const { return number_; }  // place in the topological order
  [[nodiscard]] const std::string& name() const { return shape_.name; }
  [[nodiscard]] const Columns& columns() const { return shape_.columns; }
  [[nodiscard]] const RowLayout& layout() const { return layout_; }
  [[nodiscard]] const std::optional<KeyColumns>& unique_key() const { return shape_.unique_key; }

  // The arrangement, made at the first call. REQUIRES: no delta was ever applied.
  Arrangement& arrange(RowStore& store);
  [[nodiscard]] const Arrangement* arrangement() const { return arrangement_.get(); }

  void set_producer(Producer& producer) { producer_ = &producer; }
  [[nodiscard]] const Producer* producer() const { return producer_; }
  // The deltas arrive consolidated: a copy of another collection's delta.
  void set_consolidated() { arrives_consolidated_ = true; }
  void add_consumer(Consumer& consumer, std::size_t port) {
    consumers_.push_back({&consumer, port});
  }

  // Of the arrangement and of the producer's state.
  [[nodiscard]] std::size_t memory_bytes() const;

  // Adds rows to the delta: packed here, or a row that lives in the arena already.
  void receive(const ValueChunk& chunk) override;
  void receive_row(RowBytes row, std::int32_t weight) { delta_.push_back({row, weight}); }

  // The four steps of a batch: finish the delta, run its consumers, apply it to the arrangement;
  // then forget it.
  void step();
  void clear_delta();
  [[nodiscard]] const Delta& delta() const { return delta_; }

 private:
  struct Subscription {
    Consumer* consumer = nullptr;
    std::size_t port = 0;
  };

  std::uint32_t number_;
  Shape shape_;
  RowLayout layout_;
  BatchState& batch_;
  Producer* producer_ = nullptr;
  bool arrives_consolidated_ = false;
  std::vector<Subscription> consumers_;
  std::unique_ptr<Arrangement> arrangement_;
  Delta delta_;
  std::vector<std::uint64_t> hashes_;
  std::vector<Value> values_;  // of the row being packed
};

}  // namespace deltamill
