// Binds calls of aggregate functions: which row of the table is meant, FILTER and DISTINCT. A call
// becomes an aggregate_result, which bind_grouping puts behind the grouping keys.
#include <algorithm>

#include "views/sql/bind_expression.h"
#include "views/sql/overloads.h"
#include "views/sql/refusals.h"

namespace deltamill {

namespace {

using enum TypeKind;

// PostgreSQL's words for the call: "sum(text)".
std::string call_text(const std::string& name, const std::vector<BoundExpression>& arguments) {
  std::string types;
  for (const BoundExpression& argument : arguments)
    types += (types.empty() ? "" : ", ") + type_name(argument.type());
  return name + "(" + types + ")";
}

// How many arguments the function takes, besides none with *.
std::size_t argument_count(const std::string& name) {
  std::size_t count = 0;
  for (const AggregateFunction& function : all_aggregates())
    if (function.name == name) count = std::max(count, function.arguments.size());
  return count;
}

const AggregateFunction& choose_aggregate(const std::string& name,
                                          const std::vector<BoundExpression>& arguments,
                                          Position position) {
  std::vector<const AggregateFunction*> candidates;
  std::vector<ParameterKinds> parameters;
  for (const AggregateFunction& function : all_aggregates()) {
    if (function.name != name || function.arguments.size() != arguments.size()) continue;
    candidates.push_back(&function);
    parameters.push_back(function.arguments);
  }
  std::vector<TypeKind> kinds;
  for (const BoundExpression& argument : arguments) kinds.push_back(argument.type().kind);
  const Choice choice = choose_function(parameters, kinds);
  if (choice.outcome == Choice::Outcome::found) return *candidates[choice.candidate];
  const bool ambiguous = choice.outcome == Choice::Outcome::ambiguous;
  reject(
      "type_error", position,
      "function " + call_text(name, arguments) + (ambiguous ? " is not unique" : " does not exist"),
      "add an explicit cast");
}

// The argument as the parameter of the chosen function takes it: cast where it is a type, as it is
// where it is "any".
BoundExpression as_parameter(const BoundExpression& argument, TypeKind parameter) {
  if (parameter == unknown) return resolve_unknown(argument);
  Type type;
  type.kind = parameter;
  if (parameter == enumeration) type = argument.type();
  return coerce(argument, type, CoercionContext::implicit);
}

}  // namespace

BoundExpression ExpressionBinder::bind_aggregate(const ExpressionSyntax& syntax,
                                                 const std::string& name) {
  if (inside_aggregate_)
    reject("type_error", syntax.position, "aggregate function calls cannot be nested",
           "aggregate in a subquery in FROM first");
  if (aggregates_ == nullptr)
    reject("type_error", syntax.position, "aggregate functions are not allowed in " + clause_,
           clause_ == "WHERE" ? "use HAVING, or aggregate in a subquery in FROM"
                              : "aggregate in a subquery in FROM");
  AggregateCall call;
  inside_aggregate_ = true;
  const std::vector<BoundExpression> arguments = bind_all(syntax);
  if (syntax.filter) call.filter = to_boolean(bind(*syntax.filter), "FILTER").expression;
  inside_aggregate_ = false;
  call.distinct = syntax.distinct;
  if (syntax.star && name == "count") {
    call.function = find_aggregate("count", {});
    call.type.kind = int8;
    return add_aggregate(std::move(call), {}, syntax.position);
  }
  if (const std::size_t count = argument_count(name); arguments.size() != count)
    reject("type_error", syntax.position,
           name + "() takes exactly " +
               (count == 1 ? "one argument" : std::to_string(count) + " arguments"),
           name == "count" ? "write count(*) to count rows" : "");
  call.function = &choose_aggregate(name, arguments, syntax.position);
  Collation collation;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const BoundExpression argument = as_parameter(arguments[i], call.function->arguments[i]);
    // min and max follow the order of the type, which for text must be that of the bytes.
    if (call.function->rules.keeps_ordered)
      require_byte_order(argument, catalog_, name + "()", syntax.position);
    if (call.distinct) require_equality(argument, name + "(DISTINCT ...)", syntax.position);
    if (i == 0) collation = argument.collation;
    call.arguments.push_back(argument.expression);
  }
  const TypeKind result = call.function->result;
  if (result == enumeration) call.type = call.arguments.front()->type;
  call.type.kind = result;
  call.type.modifier = -1;
  return add_aggregate(std::move(call), is_string(result) ? collation : Collation{},
                       syntax.position);
}

// The same call twice, as in SELECT sum(x) ... HAVING sum(x) > 0, is kept and computed once.
BoundExpression ExpressionBinder::add_aggregate(AggregateCall call, const Collation& collation,
                                                Position position) {
  std::vector<AggregateCall>& calls = aggregates_->calls;
  const Type type = call.type;
  const auto found = std::ranges::find_if(
      calls, [&](const AggregateCall& present) { return same_call(present, call); });
  const auto ordinal = static_cast<std::uint32_t>(found - calls.begin());
  if (found == calls.end()) calls.push_back(std::move(call));
  return {make_aggregate_result(type, ordinal), collation, position};
}

}  // namespace deltamill
