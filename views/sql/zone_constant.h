// A time zone that a query names itself must exist when the view is declared.
#pragma once

#include <vector>

#include "views/sql/bind_expression.h"

namespace deltamill {

// Rejects a call whose zone is a constant that names none. `written` are its arguments as they
// stand in the query.
void require_known_zone(const Expression& call, const std::vector<BoundExpression>& written);

}  // namespace deltamill
