// The parts of a running graph: collections in topological order and the operators between them.
// Built by compile, driven by graph, shown by explain.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "views/dataflow/delta_join.h"
#include "views/dataflow/group_aggregate.h"
#include "views/dataflow/outer_join.h"
#include "views/dataflow/table_input.h"

namespace deltamill {

struct Flow {
  // Where the rows of a collection come from: a table, an outer join, or delta joins, the latter
  // perhaps through an aggregate.
  struct Origin {
    const TableInput* table = nullptr;
    const OuterJoin* outer_join = nullptr;
    const GroupAggregate* aggregate = nullptr;
    std::vector<const DeltaJoin*> joins;  // one per branch of a union
    const Collection* alias_of =
        nullptr;  // a second occurrence in one join: the same rows, arranged apart
  };
  struct View {
    std::string name;
    std::optional<KeyColumns> key;
    Columns columns;
    Collection* collection = nullptr;
  };

  BatchState batch;
  RowStore store;
  std::vector<std::unique_ptr<Collection>>
      collections;              // by number, in the order of the steps of a batch
  std::vector<Origin> origins;  // by collection number
  std::vector<std::vector<std::uint32_t>>
      dependents;  // by collection number: views that read it, ascending
  std::vector<std::unique_ptr<TableInput>> tables;
  std::vector<std::unique_ptr<DeltaJoin>> joins;
  std::vector<std::unique_ptr<OuterJoin>> outer_joins;
  std::vector<std::unique_ptr<GroupAggregate>> aggregates;
  std::vector<DeltaJoin*> constants;  // joins without leaves
  std::vector<View> views;            // as given
};

// The collections that the rows of this one are made from.
[[nodiscard]] std::vector<const Collection*> inputs_of(const Flow::Origin& origin);

// The operators of one view as a tree (`deltamill explain`).
[[nodiscard]] std::string explain_view(const Flow& flow, const Flow::View& view);

}  // namespace deltamill
