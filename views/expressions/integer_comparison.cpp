// A loop per comparison, so that the compiler sees the operator inside it.
#include "views/expressions/integer_comparison.h"

#include <functional>

namespace deltamill {

namespace {

// NULL as soon as one side is, as any strict function has it.
template <typename Decide>
void compare(const ValueColumn& left, const ValueColumn& right, const Selection& selection,
             Value* results) {
  for (std::size_t i = 0; i < selection.count; ++i) {
    const RowOffset row = selection.rows[i];
    const Value& a = left.at(row);
    const Value& b = right.at(row);
    results[row] = a.is_null() || b.is_null() ? Value::null()
                                              : Value::of_boolean(Decide{}(a.integer, b.integer));
  }
}

}  // namespace

IntegerComparison integer_comparison_of(const Function& function) {
  if (function.kind != FunctionKind::operation || function.arguments.size() != 2)
    return IntegerComparison::none;
  const TypeKind left = function.arguments[0];
  const TypeKind right = function.arguments[1];
  // A date and a timestamp are both integers, but days and microseconds.
  const bool same_scale = (left == right && storage_of(left) == Storage::integer) ||
                          (is_integer(left) && is_integer(right));
  if (!same_scale) return IntegerComparison::none;
  if (function.name == "=") return IntegerComparison::equal;
  if (function.name == "<>") return IntegerComparison::differ;
  if (function.name == "<") return IntegerComparison::less;
  if (function.name == "<=") return IntegerComparison::at_most;
  if (function.name == ">") return IntegerComparison::more;
  if (function.name == ">=") return IntegerComparison::at_least;
  return IntegerComparison::none;
}

void compare_integers(IntegerComparison comparison, const ValueColumn& left,
                      const ValueColumn& right, const Selection& selection, Value* results) {
  switch (comparison) {
    case IntegerComparison::none: return;
    case IntegerComparison::equal:
      compare<std::equal_to<>>(left, right, selection, results);
      return;
    case IntegerComparison::differ:
      compare<std::not_equal_to<>>(left, right, selection, results);
      return;
    case IntegerComparison::less: compare<std::less<>>(left, right, selection, results); return;
    case IntegerComparison::at_most:
      compare<std::less_equal<>>(left, right, selection, results);
      return;
    case IntegerComparison::more: compare<std::greater<>>(left, right, selection, results); return;
    case IntegerComparison::at_least:
      compare<std::greater_equal<>>(left, right, selection, results);
      return;
  }
}

}  // namespace deltamill
