// One SELECT with its clauses, in phases.
#pragma once

#include "views/sql/bind_query.h"

namespace deltamill {

// `queries` is the binder of the view that the SELECT stands in. Throws the last Rejection; the
// ones before it are collected there.
[[nodiscard]] OpenQuery bind_select(QueryBinder& queries, const SelectSyntax& select);

}  // namespace deltamill
