// Makes and compares expressions. Evaluating them: evaluate. Printing them: to_text.
#include "views/expressions/expression.h"

#include <algorithm>

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

ExpressionPtr make_outer_column(const Type& type, std::uint32_t level, std::uint32_t ordinal) {
  auto expression = std::make_shared<Expression>();
  expression->kind = Expression::Kind::outer_column;
  expression->type = type;
  expression->level = level;
  expression->ordinal = ordinal;
  return expression;
}

ExpressionPtr make_aggregate_result(const Type& type, std::uint32_t ordinal) {
  auto expression = std::make_shared<Expression>();
  expression->kind = Expression::Kind::aggregate_result;
  expression->type = type;
  expression->ordinal = ordinal;
  return expression;
}

bool is_reference(const Expression& expression) {
  return expression.kind == Expression::Kind::column ||
         expression.kind == Expression::Kind::outer_column ||
         expression.kind == Expression::Kind::aggregate_result;
}

ExpressionPtr with_type(const Expression& reference, const Type& type) {
  auto expression = std::make_shared<Expression>();
  expression->kind = reference.kind;
  expression->type = type;
  expression->input = reference.input;
  expression->ordinal = reference.ordinal;
  expression->level = reference.level;
  return expression;
}

ExpressionPtr make_call(const Function& function, const Type& type, Expressions arguments,
                        std::shared_ptr<const TimeZones> time_zones) {
  auto expression = std::make_shared<Expression>();
  expression->kind = Expression::Kind::call;
  expression->type = type;
  expression->arguments = std::move(arguments);
  expression->function = &function;
  expression->time_zones = std::move(time_zones);
  return expression;
}

ExpressionPtr with_arguments(const Expression& expression, Expressions arguments) {
  if (expression.kind == Expression::Kind::call)
    return make_call(*expression.function, expression.type, std::move(arguments),
                     expression.time_zones);
  return make_expression(expression.kind, expression.type, std::move(arguments),
                         expression.function);
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
  if (left.level != right.level) return false;
  if (left.function != right.function) return false;
  return std::equal(left.arguments.begin(), left.arguments.end(), right.arguments.begin(),
                    right.arguments.end(),
                    [](const ExpressionPtr& a, const ExpressionPtr& b) { return equal(*a, *b); });
}

}  // namespace deltamill
