// Comparisons of values that are held as integers of one scale, run over a column without a call
// per row: most conditions of views are such.
#pragma once

#include "views/expressions/selection.h"
#include "views/functions/function.h"

namespace deltamill {

enum class IntegerComparison : std::uint8_t { none, equal, differ, less, at_most, more, at_least };

// Which comparison the function is; `none` for all others.
[[nodiscard]] IntegerComparison integer_comparison_of(const Function& function);

// Writes true, false or NULL at each selected row of `results`. REQUIRES: not `none`.
void compare_integers(IntegerComparison comparison, const ValueColumn& left,
                      const ValueColumn& right, const Selection& selection, Value* results);

}  // namespace deltamill
