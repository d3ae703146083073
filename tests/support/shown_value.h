// The value of an expression as a test compares it.
#pragma once

#include <string>

#include "views/expressions/expression.h"

namespace deltamill {

// Of an expression without columns: its text form, "NULL" or "ERROR: message".
[[nodiscard]] std::string shown(const ExpressionPtr& expression);

}  // namespace deltamill
