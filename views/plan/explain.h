// A plan as a text tree for people and golden tests: no addresses, no times.
#pragma once

#include <functional>
#include <string>

#include "views/plan/plan.h"

namespace deltamill {

// What stands in the right column beside a node (its arrangements, its cost); empty = nothing.
using PlanNote = std::function<std::string(const PlanNode&)>;

// view named_orders             key (id)
// └─ project  id, name
//    └─ join  customer_id = id
//       ├─ table orders         arranged by (id), (customer_id)
//       └─ table customers      arranged by (id)
[[nodiscard]] std::string explain(const BoundView& view, const PlanNote& note = nullptr);

}  // namespace deltamill
