// A node again with other inputs or expressions: what rules need that leave most of a plan as it
// is.
#pragma once

#include <functional>
#include <vector>

#include "views/plan/plan.h"

namespace deltamill {

// The same node over other inputs with the same columns. Names stay; which columns can be NULL is
// derived anew.
[[nodiscard]] PlanPtr with_inputs(const PlanNode& node, const std::vector<PlanPtr>& inputs);

// The same node with each of its expressions replaced by one of the same type. Inputs stay.
[[nodiscard]] PlanPtr with_expressions(
    const PlanPtr& node, const std::function<ExpressionPtr(const ExpressionPtr&)>& replace);

// The node under other column names.
[[nodiscard]] PlanPtr with_names(const PlanPtr& node, const Columns& named);

// Names of the columns, in order.
[[nodiscard]] std::vector<std::string> names_of(const Columns& columns);

}  // namespace deltamill
