// Rule: what does not depend on a row is computed once. `total > 10 * 10` becomes `total > 100`; a
// condition that is always true disappears. What would raise an error stays, so that it is raised
// only for rows.
#pragma once

#include "views/plan/plan.h"

namespace deltamill {

[[nodiscard]] PlanPtr fold_plan_constants(const PlanPtr& plan);

}  // namespace deltamill
