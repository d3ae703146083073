// Prints expressions as SQL, one function per shape, with parentheses around every operator, so
// that precedence needs no thought.
#include "views/expressions/to_text.h"

#include "views/data/text_form.h"

namespace deltamill {

namespace {

// Writes one expression after the other into one string.
class Printer {
 public:
  explicit Printer(const ColumnNamer& name_of) : name_of_(name_of) {}

  void print(const Expression& expression);
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  void print_constant(const Expression& expression);
  void print_call(const Expression& expression);
  void print_case(const Expression& expression);
  void print_list(std::string_view open, const Expressions& arguments, std::string_view between);
  void print_postfix(const Expression& expression, std::string_view after);

  const ColumnNamer& name_of_;
  std::string text_;
};

bool printed_bare(TypeKind kind) {
  switch (kind) {
    case TypeKind::boolean:
    case TypeKind::int2:
    case TypeKind::int4:
    case TypeKind::int8:
    case TypeKind::numeric: return true;
    default: return false;
  }
}

void Printer::print_constant(const Expression& expression) {
  if (expression.constant.is_null()) {
    text_ += "NULL";
    return;
  }
  if (expression.type.kind == TypeKind::boolean) {
    text_ += expression.constant.boolean() ? "true" : "false";
    return;
  }
  std::string form;
  append_text(expression.type, expression.constant, form);
  const bool word = form == "NaN" || form.ends_with("Infinity");
  if (printed_bare(expression.type.kind) && !word) {
    text_ += form;
    return;
  }
  text_ += '\'';
  for (const char c : form) {
    if (c == '\'') text_ += '\'';
    text_ += c;
  }
  text_ += '\'';
  const bool plain_text =
      expression.type.kind == TypeKind::text || expression.type.kind == TypeKind::unknown;
  if (!plain_text) text_.append("::").append(format_type(expression.type));
}

void Printer::print_list(std::string_view open, const Expressions& arguments,
                         std::string_view between) {
  text_ += open;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (i > 0) text_ += between;
    print(*arguments[i]);
  }
  text_ += ')';
}

void Printer::print_postfix(const Expression& expression, std::string_view after) {
  text_ += '(';
  print(*expression.arguments.front());
  text_.append(after).append(")");
}

void Printer::print_call(const Expression& expression) {
  const Function& function = *expression.function;
  switch (function.kind) {
    case FunctionKind::function: {
      print_list(std::string(function.name) + "(", expression.arguments, ", ");
      return;
    }
    case FunctionKind::operation: {
      if (expression.arguments.size() == 1) text_.append("(").append(function.name).append(" ");
      const std::string between = " " + std::string(function.name) + " ";
      print_list(expression.arguments.size() == 1 ? "" : "(", expression.arguments, between);
      return;
    }
    case FunctionKind::implicit_cast:
    case FunctionKind::assignment_cast:
    case FunctionKind::explicit_cast: {
      print(*expression.arguments.front());
      text_.append("::").append(format_type(expression.type));
      return;
    }
  }
}

void Printer::print_case(const Expression& expression) {
  text_ += "CASE";
  const Expressions& arguments = expression.arguments;
  for (std::size_t i = 0; i + 1 < arguments.size(); i += 2) {
    text_ += " WHEN ";
    print(*arguments[i]);
    text_ += " THEN ";
    print(*arguments[i + 1]);
  }
  text_ += " ELSE ";
  print(*arguments.back());
  text_ += " END";
}

void Printer::print(const Expression& expression) {
  const Expressions& arguments = expression.arguments;
  switch (expression.kind) {
    case Expression::Kind::constant: print_constant(expression); return;
    case Expression::Kind::column: text_ += name_of_(expression.input, expression.ordinal); return;
    case Expression::Kind::outer_column:
      text_ += "outer(" + std::to_string(expression.level) + ", " +
               std::to_string(expression.ordinal) + ")";
      return;
    case Expression::Kind::aggregate_result:
      text_ += "aggregate(" + std::to_string(expression.ordinal) + ")";
      return;
    case Expression::Kind::call: print_call(expression); return;
    case Expression::Kind::all_of: print_list("(", arguments, " AND "); return;
    case Expression::Kind::any_of: print_list("(", arguments, " OR "); return;
    case Expression::Kind::case_when: print_case(expression); return;
    case Expression::Kind::coalesce: print_list("COALESCE(", arguments, ", "); return;
    case Expression::Kind::nullif: print_list("NULLIF(", arguments, ", "); return;
    case Expression::Kind::is_null: print_postfix(expression, " IS NULL"); return;
    case Expression::Kind::is_not_null: print_postfix(expression, " IS NOT NULL"); return;
    case Expression::Kind::is_distinct: print_list("(", arguments, " IS DISTINCT FROM "); return;
    case Expression::Kind::is_not_distinct:
      print_list("(", arguments, " IS NOT DISTINCT FROM ");
      return;
    case Expression::Kind::greatest: print_list("GREATEST(", arguments, ", "); return;
    case Expression::Kind::least: print_list("LEAST(", arguments, ", "); return;
  }
}

}  // namespace

std::string to_text(const Expression& expression, const ColumnNamer& name_of) {
  Printer printer(name_of);
  printer.print(expression);
  return printer.take();
}

}  // namespace deltamill
