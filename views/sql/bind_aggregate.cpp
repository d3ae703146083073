// Aggregate functions: their signatures and result types, FILTER and DISTINCT. A call becomes a
// column of aggregate_input; bind_grouping puts it behind the grouping keys.
#include <algorithm>
#include <array>

#include "views/sql/bind_expression.h"
#include "views/sql/overloads.h"
#include "views/sql/refusals.h"

namespace deltamill {

namespace {

using enum TypeKind;

struct AggregateSignature {
  std::string_view name;
  AggregateFunction function;
  TypeKind argument;  // unknown: any type; enumeration: any enum
  TypeKind result;    // enumeration: the argument's
};

constexpr auto count_any = AggregateFunction::count;
constexpr auto sum = AggregateFunction::sum;
constexpr auto average = AggregateFunction::average;
constexpr auto minimum = AggregateFunction::minimum;
constexpr auto maximum = AggregateFunction::maximum;

// pg_aggregate for the supported types.
constexpr std::array signatures{
    AggregateSignature{"count", count_any, unknown, int8},
    AggregateSignature{"sum", sum, int2, int8},
    AggregateSignature{"sum", sum, int4, int8},
    AggregateSignature{"sum", sum, int8, numeric},
    AggregateSignature{"sum", sum, numeric, numeric},
    AggregateSignature{"sum", sum, float4, float4},
    AggregateSignature{"sum", sum, float8, float8},
    AggregateSignature{"sum", sum, interval, interval},
    AggregateSignature{"avg", average, int2, numeric},
    AggregateSignature{"avg", average, int4, numeric},
    AggregateSignature{"avg", average, int8, numeric},
    AggregateSignature{"avg", average, numeric, numeric},
    AggregateSignature{"avg", average, float4, float8},
    AggregateSignature{"avg", average, float8, float8},
    AggregateSignature{"avg", average, interval, interval},
    AggregateSignature{"min", minimum, int2, int2},
    AggregateSignature{"min", minimum, int4, int4},
    AggregateSignature{"min", minimum, int8, int8},
    AggregateSignature{"min", minimum, float4, float4},
    AggregateSignature{"min", minimum, float8, float8},
    AggregateSignature{"min", minimum, numeric, numeric},
    AggregateSignature{"min", minimum, text, text},
    AggregateSignature{"min", minimum, bpchar, bpchar},
    AggregateSignature{"min", minimum, date, date},
    AggregateSignature{"min", minimum, time, time},
    AggregateSignature{"min", minimum, timestamp, timestamp},
    AggregateSignature{"min", minimum, timestamptz, timestamptz},
    AggregateSignature{"min", minimum, interval, interval},
    AggregateSignature{"min", minimum, enumeration, enumeration},
    AggregateSignature{"max", maximum, int2, int2},
    AggregateSignature{"max", maximum, int4, int4},
    AggregateSignature{"max", maximum, int8, int8},
    AggregateSignature{"max", maximum, float4, float4},
    AggregateSignature{"max", maximum, float8, float8},
    AggregateSignature{"max", maximum, numeric, numeric},
    AggregateSignature{"max", maximum, text, text},
    AggregateSignature{"max", maximum, bpchar, bpchar},
    AggregateSignature{"max", maximum, date, date},
    AggregateSignature{"max", maximum, time, time},
    AggregateSignature{"max", maximum, timestamp, timestamp},
    AggregateSignature{"max", maximum, timestamptz, timestamptz},
    AggregateSignature{"max", maximum, interval, interval},
    AggregateSignature{"max", maximum, enumeration, enumeration},
    AggregateSignature{"bool_and", AggregateFunction::bool_and, boolean, boolean},
    AggregateSignature{"every", AggregateFunction::bool_and, boolean, boolean},
    AggregateSignature{"bool_or", AggregateFunction::bool_or, boolean, boolean},
};

const AggregateSignature& choose_signature(const std::string& name, const BoundExpression& argument,
                                           Position position) {
  std::vector<const AggregateSignature*> candidates;
  std::vector<ParameterKinds> parameters;
  for (const AggregateSignature& signature : signatures) {
    if (signature.name != name) continue;
    candidates.push_back(&signature);
    parameters.push_back({signature.argument});
  }
  const std::array kinds{argument.type().kind};
  const Choice choice = choose_function(parameters, kinds);
  if (choice.outcome == Choice::Outcome::found) return *candidates[choice.candidate];
  const bool ambiguous = choice.outcome == Choice::Outcome::ambiguous;
  reject("type_error", position,
         "function " + name + "(" + type_name(argument.type()) + ")" +
             (ambiguous ? " is not unique" : " does not exist"),
         "add an explicit cast");
}

bool same_optional(const ExpressionPtr& left, const ExpressionPtr& right) {
  if (left == nullptr || right == nullptr) return left == right;
  return equal(*left, *right);
}

bool same_call(const AggregateCall& left, const AggregateCall& right) {
  return left.function == right.function && left.distinct == right.distinct &&
         same_optional(left.argument, right.argument) && same_optional(left.filter, right.filter);
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
    call.type.kind = int8;
    return add_aggregate(std::move(call), {}, syntax.position);
  }
  if (arguments.size() != 1)
    reject("type_error", syntax.position, name + "() takes exactly one argument",
           name == "count" ? "write count(*) to count rows" : "");
  const AggregateSignature& signature = choose_signature(name, arguments.front(), syntax.position);
  Type parameter;
  parameter.kind = signature.argument;
  if (signature.argument == enumeration) parameter = arguments.front().type();
  const BoundExpression argument =
      signature.argument == unknown
          ? resolve_unknown(arguments.front())
          : coerce(arguments.front(), parameter, CoercionContext::implicit);
  const bool extreme = signature.function == minimum || signature.function == maximum;
  if (extreme) require_byte_order(argument, catalog_, name + "()", syntax.position);
  if (call.distinct) require_equality(argument, name + "(DISTINCT ...)", syntax.position);
  call.function = signature.function;
  call.argument = argument.expression;
  if (signature.result == enumeration) call.type = parameter;
  call.type.kind = signature.result;
  call.type.modifier = -1;
  return add_aggregate(std::move(call),
                       is_string(signature.result) ? argument.collation : Collation{},
                       syntax.position);
}

BoundExpression ExpressionBinder::add_aggregate(AggregateCall call, const Collation& collation,
                                                Position position) {
  std::vector<AggregateCall>& calls = aggregates_->calls;
  const Type type = call.type;
  const auto found = std::find_if(calls.begin(), calls.end(), [&](const AggregateCall& present) {
    return same_call(present, call);
  });
  const auto ordinal = static_cast<std::uint32_t>(found - calls.begin());
  if (found == calls.end()) calls.push_back(std::move(call));
  return {make_column(type, aggregate_input, ordinal), collation, position};
}

}  // namespace deltamill
