// Which tables a view reads, through other views too.
#pragma once

#include <vector>

#include "views/plan/plan.h"

namespace deltamill {

// OIDs, each once, ascending. `views` holds every view that plans may name.
[[nodiscard]] std::vector<Oid> tables_of(const BoundView& view,
                                         const std::vector<BoundView>& views);

// The view and all views it reads, directly or not, in the order of `views` (dependency order).
[[nodiscard]] std::vector<BoundView> with_dependencies(const BoundView& view,
                                                       const std::vector<BoundView>& views);

}  // namespace deltamill
