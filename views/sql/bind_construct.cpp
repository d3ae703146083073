// Binds constructs of the grammar that are neither functions nor operators: AND, CASE, COALESCE,
// IN, BETWEEN, IS ....
#include <algorithm>

#include "views/data/ascii.h"
#include "views/sql/bind_expression.h"

namespace deltamill {

namespace {

using Kind = ExpressionSyntax::Kind;
using Result = Expression::Kind;

Type boolean_type() {
  Type type;
  type.kind = TypeKind::boolean;
  return type;
}

BoundExpression make_boolean(Result kind, Expressions arguments, Position position) {
  return {make_expression(kind, boolean_type(), std::move(arguments)), {}, position};
}

Collation combined(const std::vector<BoundExpression>& expressions) {
  Collation collation;
  for (const BoundExpression& expression : expressions)
    collation = combine(collation, expression.collation);
  return collation;
}

bool reads_rows(const BoundExpression& expression) {
  bool found = false;
  visit_expression(*expression.expression,
                   [&](const Expression& node) { found = found || is_reference(node); });
  return found;
}

// select_common_type() with an invalid context: no common type is no error but a no.
bool fits_common_type(const std::vector<BoundExpression>& expressions) {
  try {
    (void)coerce_to_common_type(expressions, "IN");
    return true;
  } catch (const Rejection&) {
    return false;
  }
}

}  // namespace

BoundExpression ExpressionBinder::bind_connective(const ExpressionSyntax& syntax) {
  const bool all = syntax.kind == Kind::all_of;
  Expressions conditions;
  for (const ExpressionSyntaxPtr& argument : syntax.arguments)
    conditions.push_back(to_boolean(bind(*argument), all ? "AND" : "OR").expression);
  return make_boolean(all ? Result::all_of : Result::any_of, std::move(conditions),
                      syntax.position);
}

BoundExpression ExpressionBinder::bind_negation(const ExpressionSyntax& syntax) {
  return call_named("not", to_boolean(bind(*syntax.arguments.front()), "NOT"));
}

BoundExpression ExpressionBinder::bind_case(const ExpressionSyntax& syntax) {
  std::size_t next = 0;
  std::optional<BoundExpression> operand;
  // CASE x WHEN a is CASE WHEN x = a, each = chosen by itself. The operand is evaluated once all
  // the same: equal subexpressions are one register of the program.
  if (syntax.has_operand) operand = resolve_unknown(bind(*syntax.arguments[next++]));
  std::vector<BoundExpression> conditions;
  std::vector<BoundExpression> results;
  for (; next + 1 < syntax.arguments.size(); next += 2) {
    BoundExpression condition = bind(*syntax.arguments[next]);
    if (operand) condition = bind_operator("=", condition.position, {*operand, condition});
    conditions.push_back(to_boolean(condition, "CASE/WHEN"));
    results.push_back(bind(*syntax.arguments[next + 1]));
  }
  // The default counts first when the common type is chosen (transformCaseExpr puts it in front),
  // which shows where types cast to each other.
  results.insert(results.begin(), bind(*syntax.arguments.back()));
  const CommonExpressions common = coerce_to_common_type(results, "CASE");
  Expressions arguments;
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    arguments.push_back(conditions[i].expression);
    arguments.push_back(common.expressions[i + 1].expression);
  }
  arguments.push_back(common.expressions.front().expression);
  return {make_expression(Result::case_when, common.type, std::move(arguments)),
          combined(common.expressions), syntax.position};
}

// COALESCE, GREATEST, LEAST.
BoundExpression ExpressionBinder::bind_choice(const ExpressionSyntax& syntax) {
  const bool coalesce = syntax.kind == Kind::coalesce;
  const bool greatest = syntax.kind == Kind::greatest;
  const std::string name = coalesce ? "COALESCE" : greatest ? "GREATEST" : "LEAST";
  const CommonExpressions common = coerce_to_common_type(bind_all(syntax), name);
  Expressions arguments;
  for (const BoundExpression& expression : common.expressions)
    arguments.push_back(expression.expression);
  const Result kind = coalesce ? Result::coalesce : greatest ? Result::greatest : Result::least;
  BoundExpression result{make_expression(kind, common.type, std::move(arguments)),
                         combined(common.expressions), syntax.position};
  // GREATEST and LEAST compare, COALESCE only asks for NULL.
  if (!coalesce) {
    require_equality(result, name, syntax.position);
    require_byte_order(result, catalog_, name, syntax.position);
  }
  return result;
}

BoundExpression ExpressionBinder::bind_nullif(const ExpressionSyntax& syntax) {
  const BoundExpression comparison = bind_operator("=", syntax.position, bind_all(syntax));
  // The result has the type that = compares in, as PostgreSQL's NullIfExpr: NULLIF(1, 2.0) is
  // numeric.
  const Expression& call = *comparison.expression;
  const BoundExpression first = resolve_unknown(bind(*syntax.arguments.front()));
  return {
      make_expression(Result::nullif, call.arguments.front()->type, call.arguments, call.function),
      is_string(call.arguments.front()->type.kind) ? first.collation : Collation{},
      syntax.position};
}

BoundExpression ExpressionBinder::bind_null_test(const ExpressionSyntax& syntax) {
  const BoundExpression argument = resolve_unknown(bind(*syntax.arguments.front()));
  return make_boolean(syntax.kind == Kind::is_null ? Result::is_null : Result::is_not_null,
                      {argument.expression}, syntax.position);
}

BoundExpression ExpressionBinder::bind_boolean_test(const ExpressionSyntax& syntax) {
  std::string construct = "IS";
  for (const char c : syntax.text.substr(2)) construct += c == '_' ? ' ' : to_upper(c);
  const BoundExpression argument = to_boolean(bind(*syntax.arguments.front()), construct);
  if (syntax.text == "is_unknown")
    return make_boolean(Result::is_null, {argument.expression}, syntax.position);
  if (syntax.text == "is_not_unknown")
    return make_boolean(Result::is_not_null, {argument.expression}, syntax.position);
  return call_named(syntax.text, argument);
}

// IS DISTINCT FROM (make_distinct_op): the operator = decides which types can be compared and how
// they are cast; where it compares two types, both are brought to their common type, since here
// values are compared without it.
BoundExpression ExpressionBinder::bind_distinct(const ExpressionSyntax& syntax) {
  const BoundExpression comparison = bind_operator("=", syntax.position, bind_all(syntax));
  const Expressions& operands = comparison.expression->arguments;
  std::vector<BoundExpression> pair;
  for (const ExpressionPtr& operand : operands) pair.push_back({operand, {}, syntax.position});
  const CommonExpressions common = coerce_to_common_type(pair, "IS DISTINCT FROM");
  return make_boolean(
      syntax.kind == Kind::is_distinct ? Result::is_distinct : Result::is_not_distinct,
      {common.expressions[0].expression, common.expressions[1].expression}, syntax.position);
}

// Several constants are first brought to one type with the tested value, as PostgreSQL does for its
// array (transformAExprIn): x IN (1, 2.5) compares numerics even where x = 1 alone would compare
// integers. Expressions that read rows are compared one by one.
BoundExpression ExpressionBinder::bind_in_list(const ExpressionSyntax& syntax) {
  std::vector<BoundExpression> values = bind_all(syntax);
  const BoundExpression tested = values.front();
  values.erase(values.begin());
  std::vector<BoundExpression> constants{tested};
  for (const BoundExpression& value : values)
    if (!reads_rows(value)) constants.push_back(value);
  if (constants.size() > 2 && fits_common_type(constants)) {
    const Type type = common_type(constants, "IN");
    for (BoundExpression& value : values)
      if (!reads_rows(value)) value = coerce(value, type, CoercionContext::implicit);
  }
  Expressions comparisons;
  for (const BoundExpression& value : values)
    comparisons.push_back(
        bind_operator(syntax.negated ? "<>" : "=", syntax.position, {tested, value}).expression);
  if (comparisons.size() == 1) return {comparisons.front(), {}, syntax.position};
  return make_boolean(syntax.negated ? Result::all_of : Result::any_of, std::move(comparisons),
                      syntax.position);
}

// x BETWEEN a AND b is x >= a AND x <= b (transformAExprBetween); SYMMETRIC also allows the bounds
// the other way round. NOT turns both the operators and the connective, so that NULL bounds count
// as in PostgreSQL.
BoundExpression ExpressionBinder::bind_between(const ExpressionSyntax& syntax) {
  const std::vector<BoundExpression> operands = bind_all(syntax);
  const auto pair = [&](std::size_t low, std::size_t high) {
    const BoundExpression above =
        bind_operator(syntax.negated ? "<" : ">=", syntax.position, {operands[0], operands[low]});
    const BoundExpression below =
        bind_operator(syntax.negated ? ">" : "<=", syntax.position, {operands[0], operands[high]});
    return make_boolean(syntax.negated ? Result::any_of : Result::all_of,
                        {above.expression, below.expression}, syntax.position);
  };
  const BoundExpression straight = pair(1, 2);
  if (!syntax.symmetric) return straight;
  const BoundExpression reversed = pair(2, 1);
  return make_boolean(syntax.negated ? Result::all_of : Result::any_of,
                      {straight.expression, reversed.expression}, syntax.position);
}

}  // namespace deltamill
