// The passes that make a bound plan small: a list to read, each rule in its own file under rules/.
#pragma once

#include <span>
#include <string_view>

#include "views/plan/plan.h"

namespace deltamill {

struct Pass {
  std::string_view name;
  PlanPtr (*run)(const PlanPtr& plan);
};

// In the order in which they run.
[[nodiscard]] std::span<const Pass> rewrite_passes();

// Runs all passes. ENSURES: output columns keep their names and types (checked after each pass);
// nullable may become false where a rule proved it.
[[nodiscard]] PlanPtr rewrite(const PlanPtr& plan);

}  // namespace deltamill
