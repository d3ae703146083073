// Arguments are read as text forms, results printed as such.
#include "tests/unit/functions/call_text.h"

#include <catch2/catch.hpp>

#include "views/data/text_form.h"

namespace deltamill {

namespace {

const Function& exact_function(std::string_view name, const std::vector<Argument>& arguments) {
  for (const Function& function : all_functions()) {
    const bool callable =
        function.kind == FunctionKind::function || function.kind == FunctionKind::operation;
    if (!callable || function.name != name) continue;
    if (function.signature == Signature::variadic_any) return function;
    std::vector<TypeKind> kinds;
    for (const Argument& argument : arguments) kinds.push_back(argument.type.kind);
    const bool repeats = function.signature == Signature::variadic;
    if (repeats && kinds.size() > function.arguments.size())
      kinds.resize(function.arguments.size());
    if (function.arguments == kinds) return function;
  }
  FAIL("no function " << name << " of these kinds");
  throw std::logic_error("not reached");
}

}  // namespace

Type type_of(TypeKind kind, std::int32_t modifier) {
  Type type;
  type.kind = kind;
  type.modifier = modifier;
  return type;
}

Type numeric_type(int precision, int scale) {
  return type_of(TypeKind::numeric, (precision << 16 | scale) + 4);
}

Type length_type(TypeKind kind, int length) {
  return type_of(kind, length + 4);
}

Argument value_of(TypeKind kind, std::string_view text) {
  return {type_of(kind), std::string(text)};
}

Argument null_of(TypeKind kind) {
  return {type_of(kind), std::nullopt};
}

ExpressionPtr constant_of(const Argument& argument) {
  if (!argument.text) return make_constant(argument.type, Value::null());
  Arena arena;
  const std::optional<Value> value = parse_text(argument.type, *argument.text, arena);
  if (!value) FAIL("not a value: " << *argument.text);
  return make_constant(argument.type, *value);
}

std::string call(std::string_view name, const std::vector<Argument>& arguments,
                 std::shared_ptr<const TimeZones> zones) {
  const Function& function = exact_function(name, arguments);
  Expressions constants;
  for (const Argument& argument : arguments) constants.push_back(constant_of(argument));
  return shown(
      make_call(function, type_of(function.result), std::move(constants), std::move(zones)));
}

std::string cast(const Argument& argument, const Type& to, std::shared_ptr<const TimeZones> zones) {
  const Function* const function = find_cast(argument.type.kind, to.kind);
  if (function == nullptr) return "no cast";
  return shown(make_call(*function, to, {constant_of(argument)}, std::move(zones)));
}

}  // namespace deltamill
