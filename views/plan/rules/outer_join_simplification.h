// Rule: an outer join whose padded rows are all filtered out is an inner join.
//
//   filter r.x = 5 over (l left join r)   =   filter r.x = 5 over (l join r)
//
// A condition filters padded rows out if it cannot be true when the columns of that side are NULL.
#pragma once

#include "views/plan/plan.h"

namespace deltamill {

[[nodiscard]] PlanPtr simplify_outer_joins(const PlanPtr& plan);

}  // namespace deltamill
