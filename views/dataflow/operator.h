// What an operator of the dataflow is, and the roles it can play. What a graph does with operators
// per batch: graph.h. How they come about: compile.h.
//
// A collection takes its rows from producers: from operators that are linear in each input (they
// send rows as the deltas of their inputs pass), or from one stateful operator, which gathers
// during the batch and makes the whole delta when the collection is finished.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "views/data/delta.h"
#include "views/data/value.h"

namespace deltamill {

class Collection;

// What `explain` says of an operator.
struct Description {
  // What it does, in the words of SQL: "left join  customer_id = customers.id". Empty: nothing that
  // the inputs do not say themselves, so that they are shown in its place.
  std::string text = {};
  // State of its own, beside arrangements: "groups". Empty: none.
  std::string keeps = {};
  // What one changed row of an input costs at most: "O(matching rows)". Empty: the same for all
  // rows, and nothing is looked up.
  std::string cost = {};
  // The inputs are shown where they occur first, not below this operator.
  bool inputs_shown_elsewhere = false;
};

class Operator {
 public:
  virtual ~Operator() = default;
  // The collections whose deltas it reads, directly or through its feeds.
  [[nodiscard]] virtual std::vector<const Collection*> inputs() const = 0;
  // The operators that send it rows; empty: it reads the deltas of its inputs itself.
  [[nodiscard]] virtual std::span<const Operator* const> feeds() const { return {}; }
  [[nodiscard]] virtual Description describe() const = 0;
  // Sends the rows that are there before any input.
  virtual void start() {}
  // State of its own, apart from arrangements.
  [[nodiscard]] virtual std::size_t size() const { return 0; }
  [[nodiscard]] virtual std::size_t memory_bytes() const { return 0; }
};

// Rows with weights, column by column. Values view rows, constants or the arena of the batch.
struct ValueChunk {
  static constexpr std::size_t rows_max = 1024;

  std::size_t count = 0;
  std::span<const std::vector<Value>> columns;  // each at least `count` long
  std::span<const std::int32_t> weights;        // `count`; weight 0 = the row is left out
};

// Takes the rows that another operator makes of a delta.
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

// Makes the delta of a collection from what it gathered during the batch.
class StatefulOperator : public Operator {
 public:
  // Appends the delta. Its rows live in the arena of the batch. `hashes` may be left empty, or
  // holds the hash of the collection's unique key for each row. ENSURES: consolidated; with a
  // unique key, -old stands directly before +new of the same key.
  virtual void finish(Delta& delta, std::vector<std::uint64_t>& hashes) = 0;
};

// A stateful operator whose rows arrive through feeds: filters, projections and joins.
class FedOperator : public StatefulOperator, public Receiver {
 public:
  // REQUIRES: the feed sends its rows here.
  void add_feed(const Operator& feed) { feeds_.push_back(&feed); }
  [[nodiscard]] std::span<const Operator* const> feeds() const override { return feeds_; }
  [[nodiscard]] std::vector<const Collection*> inputs() const override {
    std::vector<const Collection*> inputs;
    for (const Operator* feed : feeds_)
      for (const Collection* input : feed->inputs()) inputs.push_back(input);
    return inputs;
  }

 private:
  std::vector<const Operator*> feeds_;
};

}  // namespace deltamill
