// Rule: rows are filtered as early as possible. A conjunct moves through projections and UNION ALL,
// into the inputs of inner joins, to the kept side of outer joins; what compares both sides of an
// inner join becomes its condition. The order of conjuncts stays. Nothing moves below DISTINCT and
// aggregates.
#pragma once

#include "views/plan/plan.h"

namespace deltamill {

[[nodiscard]] PlanPtr push_predicates_down(const PlanPtr& plan);

}  // namespace deltamill
