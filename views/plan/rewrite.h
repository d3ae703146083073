// The passes that make a bound plan small: a list to read, each rule in its own file under rules/.
#pragma once

#include "views/plan/plan.h"

namespace deltamill {

// Runs all passes. ENSURES: output columns keep their names and types (checked after each pass);
// nullable may become false where a rule proved it.
[[nodiscard]] PlanPtr rewrite(const PlanPtr& plan);

}  // namespace deltamill
