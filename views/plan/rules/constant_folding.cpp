// Folds the constant parts of all expressions of a plan, bottom up over its nodes, and drops
// conditions that are always true; inside an expression expressions/fold_constants does it.
#include "views/plan/rules/constant_folding.h"

#include "views/expressions/fold_constants.h"
#include "views/plan/build.h"
#include "views/plan/transform.h"

namespace deltamill {

namespace {

bool is_true(const Expression& condition) {
  return condition.kind == Expression::Kind::constant && !condition.constant.is_null() &&
         condition.constant.boolean();
}

// Without the conjuncts that are always true; nullptr = always true.
ExpressionPtr without_true(const ExpressionPtr& condition) {
  Expressions kept;
  // A conjunct that is always false or NULL stays and empties the result while running; there is no
  // empty plan for it.
  for (const ExpressionPtr& conjunct : conjuncts_of(condition))
    if (!is_true(*conjunct)) kept.push_back(conjunct);
  return make_conjunction(std::move(kept));
}

}  // namespace

PlanPtr fold_plan_constants(const PlanPtr& plan) {
  std::vector<PlanPtr> inputs;
  for (const PlanPtr& input : inputs_of(*plan)) inputs.push_back(fold_plan_constants(input));
  const PlanPtr folded =
      with_expressions(with_inputs(*plan, inputs),
                       [](const ExpressionPtr& expression) { return fold_constants(expression); });
  if (const auto* const filter = std::get_if<Filter>(&folded->body)) {
    const ExpressionPtr condition = without_true(filter->condition);
    return condition ? with_names(make_filter(filter->input, condition), plan->columns)
                     : with_names(filter->input, plan->columns);
  }
  if (const auto* const join = std::get_if<Join>(&folded->body))
    return with_names(make_join(join->kind, join->left, join->right, without_true(join->condition)),
                      plan->columns);
  return folded;
}

}  // namespace deltamill
