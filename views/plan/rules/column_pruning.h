// Rule: only what is read further up is carried. Scans keep the columns in use, projections their
// needed outputs, aggregates their needed calls; grouping keys and the columns of DISTINCT stay, as
// they decide which rows there are.
#pragma once

#include "views/plan/plan.h"

namespace deltamill {

[[nodiscard]] PlanPtr prune_unused_columns(const PlanPtr& plan);

}  // namespace deltamill
