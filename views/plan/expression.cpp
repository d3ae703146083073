// Making, comparing and printing expressions. Evaluating them: functions/evaluate.
#include "views/plan/expression.h"

#include <algorithm>

#include "views/data/text_form.h"

namespace deltamill {

ExpressionPtr make_constant(const Type& type, const Value& value) {
  auto expression = std::make_shared<Expression>();
  expression->kind = Expression::Kind::constant;
  expression->type = type;
  expression->constant = value;
  if (value.form == Value::Form::bytes) {
    expression->constant_bytes = value.text();
    expression->constant = Value::of_bytes(expression->constant_bytes);
  }
  return expression;
}

ExpressionPtr make_column(const Type& type, std::uint32_t input, std::uint32_t ordinal) {
  auto expression = std::make_shared<Expression>();
  expression->kind = Expression::Kind::column;
  expression->type = type;
  expression->input = input;
  expression->ordinal = ordinal;
  return expression;
}

ExpressionPtr make_call(const Function& function, const Type& type, Expressions arguments) {
  return make_expression(Expression::Kind::call, type, std::move(arguments), &function);
}

ExpressionPtr make_expression(Expression::Kind kind, const Type& type, Expressions arguments,
                              const Function* function) {
  auto expression = std::make_shared<Expression>();
  expression->kind = kind;
  expression->type = type;
  expression->arguments = std::move(arguments);
  expression->function = function;
  return expression;
}

namespace {

bool same_constant(const Value& left, const Value& right) {
  if (left.form != right.form) return false;
  switch (left.form) {
    case Value::Form::null: return true;
    case Value::Form::plain: return left.integer == right.integer && left.length == right.length;
    case Value::Form::bytes: return left.text() == right.text();
  }
  return false;
}

}  // namespace

bool equal(const Expression& left, const Expression& right) {
  if (&left == &right) return true;
  if (left.kind != right.kind || !(left.type == right.type)) return false;
  if (left.kind == Expression::Kind::constant) return same_constant(left.constant, right.constant);
  if (left.input != right.input || left.ordinal != right.ordinal) return false;
  if (left.function != right.function) return false;
  return std::equal(left.arguments.begin(), left.arguments.end(), right.arguments.begin(),
                    right.arguments.end(),
                    [](const ExpressionPtr& a, const ExpressionPtr& b) { return equal(*a, *b); });
}

namespace {

// Writes one expression after the other into one string.
class Printer {
 public:
  Printer(ColumnNamer name, const void* context) : name_(name), context_(context) {}

  void print(const Expression& expression);
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  void print_constant(const Expression& expression);
  void print_call(const Expression& expression);
  void print_case(const Expression& expression);
  void print_list(std::string_view open, const Expressions& arguments, std::string_view between);
  void print_postfix(const Expression& expression, std::string_view after);

  ColumnNamer name_;
  const void* context_;
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
    case Expression::Kind::column:
      text_ += name_(context_, expression.input, expression.ordinal);
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

std::string to_text(const Expression& expression, ColumnNamer name, const void* context) {
  Printer printer(name, context);
  printer.print(expression);
  return printer.take();
}

}  // namespace deltamill
