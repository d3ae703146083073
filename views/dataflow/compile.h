// Plans -> graph. Trees of projections, filters, inner joins and unions over collections become
// delta joins; outer joins, aggregates and DISTINCT become collections of their own. Equal subplans
// are built once.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "views/dataflow/flow.h"
#include "views/plan/plan.h"

namespace deltamill {

// REQUIRES: views in dependency order. Throws BrokenInvariant for a plan that the binder should
// have refused.
[[nodiscard]] std::unique_ptr<Flow> compile(const std::vector<BoundView>& views);

// Adds what a plan needs to a flow that holds its inputs already: a scan of a view named as one of
// `inputs` reads that collection. Returns the collection of the plan's rows, perhaps an input
// itself. REQUIRES: the plan reads no table, and the inputs are collections of the flow, without
// rows yet.
[[nodiscard]] Collection& compile(const PlanPtr& plan,
                                  const std::map<std::string, Collection*>& inputs, Flow& flow);

}  // namespace deltamill
