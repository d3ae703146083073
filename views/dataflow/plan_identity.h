// Structural equality of plans: what is the same is built once, across views.
#pragma once

#include "views/plan/plan.h"

namespace deltamill {

// Same rows by the same computation. Names of columns do not count.
[[nodiscard]] bool same_plan(const PlanNode& left, const PlanNode& right);

}  // namespace deltamill
