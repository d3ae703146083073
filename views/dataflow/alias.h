// A second occurrence of a collection in one join: the same rows, arranged apart.
//
//   Δ(alias) = Δ(base)
//
// It is the later collection in the graph's order, so in a self-join a pair that is new on both
// sides counts once, like a pair of two collections.
#pragma once

#include "views/dataflow/collection.h"

namespace deltamill {

class Alias : public Operator, public Consumer {
 public:
  Alias(Collection& base, Collection& alias);

  void consume(std::size_t port, const Delta& delta) override;

  [[nodiscard]] std::vector<const Collection*> inputs() const override { return {&base_}; }
  [[nodiscard]] Description describe() const override;

 private:
  const Collection& base_;
  Collection& alias_;
};

}  // namespace deltamill
