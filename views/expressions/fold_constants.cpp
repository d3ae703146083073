// Evaluates what can be evaluated before any row is there: a subtree without columns becomes its
// value. What raises an error stays, since whether its row exists at all is only known while
// running.
#include "views/expressions/fold_constants.h"

#include "views/expressions/evaluate.h"

namespace deltamill {

namespace {

bool reads_rows(const Expression& expression) {
  bool reads = false;
  visit_expression(expression,
                   [&reads](const Expression& node) { reads = reads || is_reference(node); });
  return reads;
}

// The value of an expression without columns, as a constant, or the expression itself.
ExpressionPtr evaluated(const ExpressionPtr& expression) {
  Arena arena;
  ProgramResults results;
  const Program program(Expressions{expression});
  program.run({.count = 1, .rows = {}, .layouts = {}}, arena, results);
  if (!results.errors.empty()) return expression;
  return make_constant(expression->type, results.outputs[0][0]);
}

ExpressionPtr with_folded_arguments(const ExpressionPtr& expression) {
  Expressions arguments;
  bool changed = false;
  for (const ExpressionPtr& argument : expression->arguments) {
    arguments.push_back(fold_constants(argument));
    changed = changed || arguments.back() != argument;
  }
  if (!changed) return expression;
  return with_arguments(*expression, std::move(arguments));
}

}  // namespace

ExpressionPtr fold_constants(const ExpressionPtr& expression) {
  if (expression->kind == Expression::Kind::constant) return expression;
  if (!reads_rows(*expression)) return evaluated(expression);
  return with_folded_arguments(expression);
}

}  // namespace deltamill
