// The parts of a running graph: collections in topological order and the operators between them.
// Built by compile, driven by graph, shown by explain.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "views/dataflow/collection.h"
#include "views/dataflow/table_input.h"

namespace deltamill {

struct Flow {
  struct View {
    std::string name;
    std::optional<KeyColumns> key;
    bool key_declared = false;
    Columns columns;
    Collection* collection = nullptr;
  };

  BatchState batch;
  RowStore store;
  // By number, in the order of the steps of a batch.
  std::vector<std::unique_ptr<Collection>> collections;
  std::vector<std::unique_ptr<Operator>> operators;
  // Those among the operators that take what the source sends.
  std::vector<TableInput*> tables;
  std::vector<View> views;  // as given
  // By collection number: the views that read it, directly or not, ascending.
  std::vector<std::vector<std::uint32_t>> dependents;
};

// The operators of one view as a tree (`deltamill explain`).
[[nodiscard]] std::string explain_view(const Flow::View& view);

}  // namespace deltamill
