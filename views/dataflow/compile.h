// Plans -> graph. Trees of projections, filters, inner joins and unions over collections become
// delta joins; outer joins, aggregates and DISTINCT become collections of their own. Equal subplans
// are built once.
#pragma once

#include <memory>
#include <vector>

#include "views/dataflow/flow.h"
#include "views/plan/plan.h"

namespace deltamill {

// REQUIRES: views in dependency order. Throws BrokenInvariant for a plan that the binder should
// have refused.
[[nodiscard]] std::unique_ptr<Flow> compile(const std::vector<BoundView>& views);

}  // namespace deltamill
