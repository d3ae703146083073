// The roles an operator of the dataflow plays. A collection has one producer, keyed and non-linear,
// or is fed by delta joins, which are linear in each input. What a graph does with them per batch:
// graph.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "views/data/delta.h"
#include "views/data/value.h"

namespace deltamill {

// Rows with weights, column by column. Values view rows, constants or the arena of the batch.
struct ValueChunk {
  static constexpr std::size_t rows_max = 1024;

  std::size_t count = 0;
  std::span<const std::vector<Value>> columns;  // each at least `count` long
  std::span<const std::int32_t> weights;        // `count`; weight 0 = the row is left out
};

// Where a delta join puts what it makes of a delta.
class Receiver {
 public:
  virtual ~Receiver() = default;
  virtual void receive(const ValueChunk& chunk) = 0;
};

// Reads the delta of a collection; `port` says in which of its roles.
class Consumer {
 public:
  virtual ~Consumer() = default;
  // REQUIRES: the collections before this one in the graph's order have applied their deltas, this
  // one and the later ones have not.
  virtual void consume(std::size_t port, const Delta& delta) = 0;
};

// Computes the delta of a collection from what it gathered during the batch.
class Producer {
 public:
  virtual ~Producer() = default;
  // Appends the delta. Its rows live in the arena of the batch. `hashes` may be left empty, or
  // holds the hash of the collection's unique key for each row. ENSURES: consolidated; with a
  // unique key, -old stands directly before +new of the same key.
  virtual void finish(Delta& delta, std::vector<std::uint64_t>& hashes) = 0;
  // State of its own, apart from arrangements.
  [[nodiscard]] virtual std::size_t size() const = 0;
  [[nodiscard]] virtual std::size_t memory_bytes() const = 0;
};

}  // namespace deltamill
