// Rule: projections over projections become one, unless that would compute something twice; those
// that only pick columns of a table become part of its scan; those that change nothing disappear.
// UNION ALL over UNION ALL becomes one.
#pragma once

#include "views/plan/plan.h"

namespace deltamill {

[[nodiscard]] PlanPtr merge_projections(const PlanPtr& plan);

}  // namespace deltamill
