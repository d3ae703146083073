// The name of an output column without AS, as PostgreSQL chooses it: the column's, the function's,
// the type's of a cast, "case", "coalesce", or "?column?".
#pragma once

#include <string>

#include "views/sql/syntax.h"

namespace deltamill {

[[nodiscard]] std::string output_name(const TargetSyntax& target);

}  // namespace deltamill
