// A plan without the columns nobody reads, so that tables, joins and groups hold no more than a
// view needs.
#pragma once

#include "views/plan/plan.h"

namespace deltamill {

// The same view (same columns, same rows), with each node below reduced to the columns that are
// used above it. Keys of aggregates and columns of DISTINCT always count as used.
[[nodiscard]] PlanPtr prune_columns(const PlanPtr& plan);

}  // namespace deltamill
