// A collection: a multiset of rows that its producers make, its delta in the batch at hand, and an
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

// Whose rows a collection holds; `inner`: those of a node inside a view's plan.
enum class CollectionKind : std::uint8_t { table, view, inner };

class Collection : public Receiver {
 public:
  struct Shape {
    CollectionKind kind = CollectionKind::inner;
    // For explain and errors: "table public.orders", "view totals", "aggregate".
    std::string name;
    Columns columns;
    // Guaranteed by the producer, which then keeps -old before +new.
    std::optional<KeyColumns> unique_key;
  };

  Collection(std::uint32_t number, Shape shape, BatchState& batch);

  // In the topological order.
  [[nodiscard]] std::uint32_t number() const { return number_; }
  [[nodiscard]] CollectionKind kind() const { return shape_.kind; }
  [[nodiscard]] const std::string& name() const { return shape_.name; }
  [[nodiscard]] const Columns& columns() const { return shape_.columns; }
  [[nodiscard]] const RowLayout& layout() const { return layout_; }
  [[nodiscard]] const std::optional<KeyColumns>& unique_key() const { return shape_.unique_key; }

  // The arrangement, made at the first call. REQUIRES: no delta was ever applied.
  Arrangement& arrange(RowStore& store);
  [[nodiscard]] const Arrangement* arrangement() const { return arrangement_.get(); }

  // The operators that make its rows. A stateful one is the only one, and finishes the delta.
  void add_producer(const Operator& producer) { producers_.push_back(&producer); }
  void set_stateful_producer(StatefulOperator& producer) {
    add_producer(producer);
    stateful_producer_ = &producer;
  }
  [[nodiscard]] std::span<const Operator* const> producers() const { return producers_; }
  [[nodiscard]] const StatefulOperator* stateful_producer() const { return stateful_producer_; }
  // The deltas arrive consolidated: a copy of another collection's delta.
  void set_consolidated() { arrives_consolidated_ = true; }
  void add_consumer(Consumer& consumer, std::size_t port) {
    consumers_.push_back({&consumer, port});
  }

  // Of the arrangement and of the state of the producers.
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
  std::vector<const Operator*> producers_;
  StatefulOperator* stateful_producer_ = nullptr;
  bool arrives_consolidated_ = false;
  std::vector<Subscription> consumers_;
  std::unique_ptr<Arrangement> arrangement_;
  Delta delta_;
  std::vector<std::uint64_t> hashes_;
  std::vector<Value> values_;  // of the row being packed
};

}  // namespace deltamill
