// Constant folding of one expression. In every expression of a plan: plan/rules/constant_folding.
#pragma once

#include "views/expressions/expression.h"

namespace deltamill {

// Folds constant subtrees (no column below); a subtree that raises an error is left as it is.
[[nodiscard]] ExpressionPtr fold_constants(const ExpressionPtr& expression);

}  // namespace deltamill
