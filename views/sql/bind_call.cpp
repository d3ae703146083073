// Binds operators and functions (make_op, ParseFuncOrColumn): which entry of the function table a
// call means, and what it gives.
#include <algorithm>
#include <array>

#include "views/functions/zone_functions.h"
#include "views/sql/bind_expression.h"
#include "views/sql/overloads.h"
#include "views/sql/refusals.h"
#include "views/sql/suggestion.h"
#include "views/sql/type_names.h"
#include "views/sql/zone_constant.h"

namespace deltamill {

namespace {

// Entries of the table that stand for grammar, not for functions a user can call.
constexpr std::array grammar_functions{
    std::string_view("not"),           std::string_view("is_true"),
    std::string_view("is_not_true"),   std::string_view("is_false"),
    std::string_view("is_not_false"),  std::string_view("is_unknown"),
    std::string_view("is_not_unknown")};

bool is_grammar_function(std::string_view name) {
  return std::ranges::find(grammar_functions, name) != grammar_functions.end();
}

struct Candidates {
  std::vector<const Function*> functions;
  std::vector<ParameterKinds> parameters;
  bool name_known = false;
};

Candidates candidates_named(std::string_view name, FunctionKind kind, std::size_t count) {
  Candidates candidates;
  // A scan of the whole table per call: some hundred entries, compared by name first, and views are
  // bound at start only.
  for (const Function& function : all_functions()) {
    if (function.kind != kind || function.name != name) continue;
    candidates.name_known = true;
    std::optional<ParameterKinds> parameters = parameters_for(function, count);
    if (!parameters) continue;
    candidates.functions.push_back(&function);
    candidates.parameters.push_back(std::move(*parameters));
  }
  return candidates;
}

std::vector<TypeKind> kinds_of(const std::vector<BoundExpression>& arguments) {
  std::vector<TypeKind> kinds;
  for (const BoundExpression& argument : arguments) kinds.push_back(argument.type().kind);
  return kinds;
}

std::string describe_operation(std::string_view symbol,
                               const std::vector<BoundExpression>& operands) {
  const std::string right = std::string(symbol) + " " + type_name(operands.back().type());
  return operands.size() == 1 ? right : type_name(operands.front().type()) + " " + right;
}

std::string describe_call(std::string_view name, const std::vector<BoundExpression>& arguments) {
  std::string text = std::string(name) + "(";
  for (std::size_t i = 0; i < arguments.size(); ++i)
    text += (i > 0 ? ", " : "") + type_name(arguments[i].type());
  return text + ")";
}

bool orders(std::string_view symbol) {
  return symbol == "<" || symbol == "<=" || symbol == ">" || symbol == ">=";
}

bool compares_text(std::string_view symbol) {
  return symbol == "=" || symbol == "<>" || symbol == "~~" || symbol == "!~~" || symbol == "~~*" ||
         symbol == "!~~*";
}

[[noreturn]] void reject_operation(std::string_view symbol, Position position,
                                   const std::vector<BoundExpression>& operands,
                                   const Candidates& candidates, Choice::Outcome outcome) {
  // The more telling reason first: jsonb has no = here at all, which "operator does not exist"
  // would not explain.
  if (orders(symbol) || compares_text(symbol))
    for (const BoundExpression& operand : operands)
      require_equality(operand, "operator " + std::string(symbol), position);
  if (candidates.functions.empty())
    reject("unsupported_sql", position,
           "operator " + std::string(symbol) + " is not available in this version",
           "compute it in a column of the source");
  if (outcome == Choice::Outcome::ambiguous)
    reject("type_error", position,
           "operator is not unique: " + describe_operation(symbol, operands), "add explicit casts");
  reject("type_error", position, "operator does not exist: " + describe_operation(symbol, operands),
         "add explicit casts");
}

[[noreturn]] void reject_unknown_function(const std::string& name, Position position) {
  if (const FunctionRefusal* const refusal = find_function_refusal(name))
    reject("unsupported_sql", position, name + "() " + std::string(refusal->reason),
           std::string(refusal->hint));
  std::vector<std::string> names = {"count", "sum", "avg", "min", "max", "bool_and", "bool_or"};
  for (const Function& function : all_functions())
    if (function.kind == FunctionKind::function && !is_grammar_function(function.name))
      names.emplace_back(function.name);
  const std::string near = did_you_mean(name, names);
  reject("unsupported_sql", position, "function " + name + "() is not available in views",
         near.empty() ? "compute it in a column of the source" : near);
}

// Functions that find text inside text, which under a nondeterministic collation is not finding
// bytes.
bool searches_text(std::string_view name) {
  constexpr std::array names{
      std::string_view("strpos"),  std::string_view("position"),   std::string_view("replace"),
      std::string_view("like"),    std::string_view("split_part"), std::string_view("starts_with"),
      std::string_view("notlike"), std::string_view("translate"),  std::string_view("^@")};
  return std::ranges::find(names, name) != names.end();
}

bool is_text_or_unknown(const BoundExpression& expression) {
  return expression.untyped() || is_string(expression.type().kind);
}

// PostgreSQL's text || anynonarray: the other operand as text.
bool is_mixed_concatenation(std::string_view symbol, const std::vector<BoundExpression>& operands) {
  if (symbol != "||" || operands.size() != 2) return false;
  const bool left = is_text_or_unknown(operands[0]);
  const bool right = is_text_or_unknown(operands[1]);
  return left != right;
}

Type text_type() {
  Type type;
  type.kind = TypeKind::text;
  return type;
}

}  // namespace

BoundExpression ExpressionBinder::bind_operator(std::string_view symbol, Position position,
                                                std::vector<BoundExpression> operands) {
  const Candidates candidates = candidates_named(symbol, FunctionKind::operation, operands.size());
  const Choice choice = choose_operator(candidates.parameters, kinds_of(operands));
  // PostgreSQL finds anynonarray || text here, which our table, by kinds, has no row for. Not
  // before: text || text and others have gone first.
  if (choice.outcome != Choice::Outcome::found) {
    if (!is_mixed_concatenation(symbol, operands))
      reject_operation(symbol, position, operands, candidates, choice.outcome);
    for (BoundExpression& operand : operands)
      operand = coerce(operand, text_type(), CoercionContext::explicit_cast);
    return bind_operator(symbol, position, std::move(operands));
  }
  BoundExpression result =
      make_bound_call(*candidates.functions[choice.candidate], operands, position);
  const Expressions& arguments = result.expression->arguments;
  // The operands after their casts, under the collation of both: what is really compared.
  const BoundExpression compared{arguments.front(), result.collation, position};
  const std::string what = "operator " + std::string(symbol);
  if (orders(symbol)) require_byte_order(compared, catalog_, what, position);
  if (orders(symbol) || compares_text(symbol)) require_equality(compared, what, position);
  if (!is_string(result.type().kind)) result.collation = {};
  return result;
}

// The result still has the operands' collation, also where its type has none; the callers decide.
BoundExpression ExpressionBinder::make_bound_call(const Function& function,
                                                  const std::vector<BoundExpression>& arguments,
                                                  Position position) {
  // Enums among the arguments must be of one type, which the result has too: coerce refuses others.
  const ParameterKinds parameters = *parameters_for(function, arguments.size());
  Type enumeration;
  for (std::size_t i = 0; i < arguments.size(); ++i)
    if (parameters[i] == TypeKind::enumeration && !arguments[i].untyped())
      enumeration = arguments[i].type();
  Collation collation;
  Expressions coerced;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    Type target;
    target.kind = parameters[i];
    if (parameters[i] == TypeKind::enumeration) target = enumeration;
    const BoundExpression argument = parameters[i] == TypeKind::unknown
                                         ? resolve_unknown(arguments[i])
                                         : coerce(arguments[i], target, CoercionContext::implicit);
    collation = combine(collation, argument.collation);
    coerced.push_back(argument.expression);
  }
  Type result;
  result.kind = function.result;
  if (function.result == TypeKind::enumeration) result = enumeration;
  result.modifier = -1;
  if (collation.origin == Collation::Origin::none && is_string(result.kind))
    collation.origin = Collation::Origin::database_default;
  return {make_call(function, result, std::move(coerced),
                    zone_argument(function) ? catalog_.time_zones : nullptr),
          collation, position};
}

BoundExpression ExpressionBinder::bind_call(const ExpressionSyntax& syntax) {
  const std::string& name = syntax.names.back();
  if (syntax.names.size() > 1 && syntax.names.front() != "pg_catalog")
    reject("unsupported_sql", syntax.position,
           "functions of schema \"" + syntax.names.front() + "\" are not supported",
           "compute it in a column of the source");
  if (is_aggregate(name)) return bind_aggregate(syntax, name);
  if (find_function_refusal(name) != nullptr) reject_unknown_function(name, syntax.position);
  if (syntax.distinct || syntax.star || syntax.filter)
    reject("type_error", syntax.position, name + "() is not an aggregate function",
           "DISTINCT, * and FILTER belong to aggregates");
  return bind_scalar_call(syntax, name);
}

BoundExpression ExpressionBinder::bind_scalar_call(const ExpressionSyntax& syntax,
                                                   const std::string& name) {
  const std::vector<BoundExpression> arguments = bind_all(syntax);
  const Candidates candidates = candidates_named(name, FunctionKind::function, arguments.size());
  const Choice choice = choose_function(candidates.parameters, kinds_of(arguments));
  const bool known = candidates.name_known && !is_grammar_function(name);
  if (known && choice.outcome == Choice::Outcome::found) {
    BoundExpression result =
        make_bound_call(*candidates.functions[choice.candidate], arguments, syntax.position);
    const BoundExpression searched{
        arguments.empty() ? result.expression : result.expression->arguments.front(),
        result.collation, syntax.position};
    require_known_zone(*result.expression, arguments);
    if (searches_text(name)) require_equality(searched, name + "()", syntax.position);
    if (!is_string(result.type().kind)) result.collation = {};
    return result;
  }
  // A type's name with one argument is a cast: text(x), date(x) (FUNCDETAIL_COERCION). A function
  // of that name goes first.
  const TypeKind kind = kind_named(name);
  if (kind != TypeKind::unsupported && arguments.size() == 1 &&
      can_coerce(arguments[0].type().kind, kind, CoercionContext::explicit_cast)) {
    if (arguments[0].type().kind == kind) return arguments[0];
    Type type;
    type.kind = kind;
    BoundExpression argument = arguments[0];
    argument.time_zones = catalog_.time_zones;
    return coerce(argument, type, CoercionContext::explicit_cast);
  }
  if (!known) reject_unknown_function(name, syntax.position);
  if (name == "age" && arguments.size() == 1) throw refusal_of(Construct::clock, syntax.position);
  const std::string reason =
      choice.outcome == Choice::Outcome::ambiguous ? " is not unique" : " does not exist";
  reject("type_error", syntax.position, "function " + describe_call(name, arguments) + reason,
         "add explicit casts");
}

BoundExpression ExpressionBinder::call_named(std::string_view name, BoundExpression argument) {
  const Candidates candidates = candidates_named(name, FunctionKind::function, 1);
  if (candidates.functions.empty())
    reject("unsupported_sql", argument.position,
           std::string(name) + " is not available in this version", "write it with CASE");
  const Position position = argument.position;
  return make_bound_call(*candidates.functions.front(), {std::move(argument)}, position);
}

}  // namespace deltamill
