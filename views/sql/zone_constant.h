// A time zone that a query names itself must exist when the view is declared.
#pragma once

#include <vector>

#include "views/functions/function.h"
#include "views/sql/bind_expression.h"

namespace deltamill {

// Rejects a call whose zone is a constant that names none. `arguments` are those of the call after
// coercion, `written` the same as they stand in the query.
void require_known_zone(const Function& function, const Expressions& arguments,
                        const std::vector<BoundExpression>& written);

}  // namespace deltamill
