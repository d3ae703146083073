// What to call a column of a plan in messages and in explain.
#pragma once

#include <string>

#include "views/plan/plan.h"

namespace deltamill {

// The table (or view) column an output comes from unchanged, as "orders.id"; else its name in the
// plan.
[[nodiscard]] std::string origin_of_column(const PlanNode& plan, std::uint32_t ordinal);

// The column's name, or its origin where another column of the plan has the same name.
[[nodiscard]] std::string name_of_column(const PlanNode& plan, std::uint32_t ordinal);

}  // namespace deltamill
