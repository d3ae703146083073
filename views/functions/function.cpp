// The one table of all functions, operators and casts, and exact look-ups in it. Choosing among
// overloads: sql/overloads.
#include "views/functions/function.h"

#include <array>
#include <unordered_map>

#include "views/data/check.h"

namespace deltamill {

namespace {

constexpr std::size_t kind_count = static_cast<std::size_t>(TypeKind::jsonb) + 1;

std::size_t offset_of(TypeKind kind) {
  return static_cast<std::size_t>(kind);
}

bool is_cast(const Function& function) {
  return function.kind != FunctionKind::function && function.kind != FunctionKind::operation;
}

std::string operator_key(std::string_view symbol, TypeKind left, TypeKind right) {
  std::string key(symbol);
  key += static_cast<char>(left);
  key += static_cast<char>(right);
  return key;
}

struct Table {
  std::vector<Function> functions;
  std::array<std::array<const Function*, kind_count>, kind_count> casts{};
  std::unordered_map<std::string, const Function*> operators;
};

void index(Table& table, const Function& function) {
  const std::vector<TypeKind>& arguments = function.arguments;
  if (is_cast(function)) {
    const Function*& cast = table.casts[offset_of(arguments[0])][offset_of(function.result)];
    DM_CHECK(cast == nullptr, "one cast between two kinds");
    cast = &function;
  } else if (function.kind == FunctionKind::operation) {
    const TypeKind left = arguments.size() == 2 ? arguments[0] : TypeKind::unknown;
    const std::string key = operator_key(function.name, left, arguments.back());
    DM_CHECK(table.operators.emplace(key, &function).second,
             "one operator " + std::string(function.name) + " of the same kinds");
  }
}

Table make_table() {
  Table table;
  for (const auto family :
       {comparison_functions, logic_functions, integer_functions, float_functions,
        numeric_functions, cast_functions, text_functions, pattern_functions, bytea_functions,
        datetime_functions, interval_functions, jsonb_functions}) {
    for (Function& function : family()) table.functions.push_back(std::move(function));
  }
  for (const Function& function : table.functions) index(table, function);
  return table;
}

const Table& table() {
  // Built once and never changed, so that plans may point into it from any thread.
  static const Table the_table = make_table();
  return the_table;
}

}  // namespace

std::span<const Function> all_functions() {
  return table().functions;
}

const Function* find_cast(TypeKind from, TypeKind to) {
  return table().casts[offset_of(from)][offset_of(to)];
}

const Function* find_operator(std::string_view symbol, TypeKind left, TypeKind right) {
  const auto& operators = table().operators;
  const auto found = operators.find(operator_key(symbol, left, right));
  return found == operators.end() ? nullptr : found->second;
}

Value relabel(const Value* arguments, CallContext& /*context*/) {
  return arguments[0];
}

}  // namespace deltamill
