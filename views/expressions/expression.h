// A typed expression: an immutable tree, shared freely. Names, overloads and casts are already
// resolved.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "views/data/value.h"
#include "views/functions/function.h"

namespace deltamill {

struct Expression;
using ExpressionPtr = std::shared_ptr<const Expression>;
using Expressions = std::vector<ExpressionPtr>;

struct Expression {
  enum class Kind : std::uint8_t {
    constant,  // `constant`, of `type`
    column,    // column `ordinal` of input `input`
    // Column `ordinal` of the row of the `level`-th enclosing query, 1 = the next one. Only inside
    // a query that stands in an expression, until the plan is decorrelated.
    outer_column,
    // Result of the `ordinal`-th aggregate of a query. Only while that query is bound, until its
    // groups have columns.
    aggregate_result,
    call,    // `function` over `arguments`
    all_of,  // AND, three-valued; later arguments are not evaluated where an earlier one is false
    any_of,  // OR, likewise
    case_when,  // condition, result, condition, result, ..., else: an odd number of arguments
    coalesce,   // first argument that is not NULL; later ones are not evaluated
    nullif,     // NULL if `function` (an =) is true of both arguments, else the first
    is_null,
    is_not_null,
    is_distinct,  // IS DISTINCT FROM of two arguments of one type, by value equality of that type
    is_not_distinct,
    greatest,  // of arguments of one type, NULLs ignored
    least,
  };

  Kind kind = Kind::constant;
  Type type;
  Value constant;  // bytes belong to constant_bytes
  std::string constant_bytes;
  std::uint32_t input = 0;
  std::uint32_t ordinal = 0;
  std::uint32_t level = 0;
  const Function* function = nullptr;
  Expressions arguments;
  // Of a call: the zones that its arguments may name; shared with the catalog it was bound in.
  // nullptr = built_in_zones().
  std::shared_ptr<const TimeZones> time_zones;

  Expression() = default;
  Expression(const Expression&) = delete;
  Expression& operator=(const Expression&) = delete;
};

[[nodiscard]] ExpressionPtr make_constant(const Type& type, const Value& value);
[[nodiscard]] ExpressionPtr make_column(const Type& type, std::uint32_t input,
                                        std::uint32_t ordinal);
[[nodiscard]] ExpressionPtr make_outer_column(const Type& type, std::uint32_t level,
                                              std::uint32_t ordinal);
[[nodiscard]] ExpressionPtr make_aggregate_result(const Type& type, std::uint32_t ordinal);
[[nodiscard]] ExpressionPtr make_call(const Function& function, const Type& type,
                                      Expressions arguments,
                                      std::shared_ptr<const TimeZones> time_zones = nullptr);
[[nodiscard]] ExpressionPtr make_expression(Expression::Kind kind, const Type& type,
                                            Expressions arguments,
                                            const Function* function = nullptr);
// The same over other arguments.
[[nodiscard]] ExpressionPtr with_arguments(const Expression& expression, Expressions arguments);

// A leaf whose value comes from a row: a column, an outer column or the result of an aggregate.
[[nodiscard]] bool is_reference(const Expression& expression);

// The same reference as a value of another type. REQUIRES: is_reference.
[[nodiscard]] ExpressionPtr with_type(const Expression& reference, const Type& type);

// Equal structure, constants compared by representation.
[[nodiscard]] bool equal(const Expression& left, const Expression& right);

// Replaces each node of one kind of reference by what `replace` returns; keeps a node where nothing
// changed below it.
template <typename Replace>
[[nodiscard]] ExpressionPtr substitute(Expression::Kind kind, const ExpressionPtr& expression,
                                       const Replace& replace) {
  if (expression->kind == kind) return replace(*expression, expression);
  Expressions arguments;
  bool changed = false;
  for (const ExpressionPtr& argument : expression->arguments) {
    arguments.push_back(substitute(kind, argument, replace));
    changed = changed || arguments.back() != argument;
  }
  if (!changed) return expression;
  return with_arguments(*expression, std::move(arguments));
}

// As above for the columns (input, ordinal).
template <typename Replace>
[[nodiscard]] ExpressionPtr substitute_columns(const ExpressionPtr& expression,
                                               const Replace& replace) {
  return substitute(Expression::Kind::column, expression, replace);
}

// Calls `visit(const Expression&)` for every node, parents first.
template <typename Visit>
void visit_expression(const Expression& expression, const Visit& visit) {
  visit(expression);
  for (const ExpressionPtr& argument : expression.arguments) visit_expression(*argument, visit);
}

}  // namespace deltamill
