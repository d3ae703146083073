// Evaluates an expression over a batch of one row and prints what comes out.
#include "tests/support/shown_value.h"

#include "views/data/text_form.h"
#include "views/expressions/evaluate.h"

namespace deltamill {

std::string shown(const ExpressionPtr& expression) {
  Arena arena;
  ProgramResults results;
  const Program program(Expressions{expression});
  program.run({.count = 1, .rows = {}, .layouts = {}}, arena, results);
  if (!results.errors.empty()) return "ERROR: " + std::string(results.errors[0].message);
  const Value value = results.outputs[0][0];
  if (value.is_null()) return "NULL";
  std::string text;
  append_text(expression->type, value, text);
  return text;
}

}  // namespace deltamill
