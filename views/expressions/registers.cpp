// Finds equal subexpressions by a key of everything that their value depends on, so that each is
// computed once per row, however often it stands in SELECT and WHERE.
#include "views/expressions/registers.h"

#include <algorithm>
#include <bit>

namespace deltamill {

namespace {

bool leaves_rows_out(Expression::Kind kind) {
  switch (kind) {
    case Expression::Kind::all_of:
    case Expression::Kind::any_of:
    case Expression::Kind::case_when:
    case Expression::Kind::coalesce: return true;
    default: return false;
  }
}

void append_number(std::string& key, std::uint64_t number) {
  key.append(reinterpret_cast<const char*>(&number), sizeof number);
}

void append_type(std::string& key, const Type& type) {
  append_number(key, static_cast<std::uint64_t>(type.kind));
  append_number(key, static_cast<std::uint64_t>(static_cast<std::int64_t>(type.modifier)));
  append_number(key, type.enumeration ? type.enumeration->oid : 0);
}

// Registers of one key compute the same. Constants differ by representation, not by value: 1.0 and
// 1.00 are equal and print differently. Arguments are compared by their registers, which are known
// to be equal or not by now, so the key stays short.
std::string key_of(const Expression& expression, const std::vector<std::uint32_t>& arguments) {
  std::string key;
  append_number(key, static_cast<std::uint64_t>(expression.kind));
  append_type(key, expression.type);
  if (expression.kind == Expression::Kind::constant) {
    append_number(key, static_cast<std::uint64_t>(expression.constant.form));
    append_number(key, expression.constant.length);
    if (expression.constant.form == Value::Form::bytes)
      return key.append(expression.constant_bytes);
    append_number(key, static_cast<std::uint64_t>(expression.constant.integer));
    return key;
  }
  append_number(key, expression.input);
  append_number(key, expression.ordinal);
  append_number(key, std::bit_cast<std::uintptr_t>(expression.function));
  for (const std::uint32_t argument : arguments) append_number(key, argument);
  // A relabelled argument shares its register with what it relabels, under another type.
  for (const ExpressionPtr& argument : expression.arguments) append_type(key, argument->type);
  return key;
}

Register make_register(const Expression& expression, std::vector<std::uint32_t> arguments) {
  Register made;
  made.expression = &expression;
  made.arguments = std::move(arguments);
  for (const ExpressionPtr& argument : expression.arguments)
    made.argument_types.push_back(argument->type);
  if (expression.kind == Expression::Kind::call)
    made.comparison = integer_comparison_of(*expression.function);
  const bool constant = expression.kind == Expression::Kind::constant;
  made.stride = constant ? 0 : 1;
  made.values = std::make_unique<Value[]>(constant ? 1 : chunk_rows_max);
  if (constant) made.values[0] = expression.constant;
  if (leaves_rows_out(expression.kind))
    made.undecided = std::make_unique<RowOffset[]>(chunk_rows_max);
  if (expression.kind == Expression::Kind::case_when)
    made.branch = std::make_unique<RowOffset[]>(chunk_rows_max);
  return made;
}

}  // namespace

Registers::Registers(Expressions outputs) : expressions_(std::move(outputs)) {
  Known known;
  for (const ExpressionPtr& expression : expressions_) outputs_.push_back(add(*expression, known));
}

std::uint32_t Registers::add(const Expression& expression, Known& known) {
  std::vector<std::uint32_t> arguments;
  for (const ExpressionPtr& argument : expression.arguments)
    arguments.push_back(add(*argument, known));
  // A cast that changes the type alone is its argument.
  const bool is_call = expression.kind == Expression::Kind::call;
  if (is_call && expression.function->call == relabel) return arguments.front();
  const auto [entry, added] =
      known.emplace(key_of(expression, arguments), static_cast<std::uint32_t>(registers_.size()));
  if (!added) return entry->second;
  arguments_max_ = std::max(arguments_max_, arguments.size());
  registers_.push_back(make_register(expression, std::move(arguments)));
  return entry->second;
}

}  // namespace deltamill
