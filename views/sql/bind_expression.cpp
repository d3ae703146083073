// Binds expressions (PostgreSQL's transformExpr): the switch over kinds of expressions, and its
// leaves: columns, literals, casts, COLLATE.
#include "views/sql/bind_expression.h"

#include <charconv>

#include "views/data/text_form.h"
#include "views/sql/refusals.h"
#include "views/sql/type_names.h"

namespace deltamill {

namespace {

using Kind = ExpressionSyntax::Kind;

Type type_of(TypeKind kind) {
  Type type;
  type.kind = kind;
  return type;
}

BoundExpression make_literal(TypeKind kind, const Value& value, Position position) {
  return {make_constant(type_of(kind), value), {}, position};
}

// An integer too large for integer is bigint, one too large for bigint is numeric, as is every
// fraction (make_const).
BoundExpression make_number(const std::string& text, Position position) {
  std::int64_t integer = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), integer);
  if (error == std::errc() && end == text.data() + text.size()) {
    const bool fits_int4 = integer >= INT32_MIN && integer <= INT32_MAX;
    return make_literal(fits_int4 ? TypeKind::int4 : TypeKind::int8, Value::of_integer(integer),
                        position);
  }
  Arena arena;
  const std::optional<Value> value = parse_text(type_of(TypeKind::numeric), text, arena);
  if (!value) reject("type_error", position, "the number " + text + " is out of range");
  return make_literal(TypeKind::numeric, *value, position);
}

constexpr std::string_view collate_hint =
    "add COLLATE \"C\" to compare by bytes, which does not depend on the server's locale";

}  // namespace

bool orders_by_bytes(const Collation& collation, const Catalog& catalog) {
  return collation.ordered_by_bytes || (collation.origin == Collation::Origin::database_default &&
                                        catalog.default_ordered_by_bytes);
}

// An order that depends on the source's C library or ICU version would differ between machines, and
// silently: such a view is refused.
void require_byte_order(const BoundExpression& expression, const Catalog& catalog,
                        std::string_view what, Position position) {
  if (!is_string(expression.type().kind) || orders_by_bytes(expression.collation, catalog)) return;
  reject("unsupported_sql", position,
         std::string(what) +
             " on text follows the collation of the source, which views cannot reproduce",
         std::string(collate_hint));
}

void require_equality(const BoundExpression& expression, std::string_view what, Position position) {
  const TypeKind kind = expression.type().kind;
  if (kind == TypeKind::json || kind == TypeKind::jsonb)
    reject("unsupported_sql", position,
           std::string(what) + " of " + type_name(expression.type()) + " is not supported",
           "extract a value with ->>, or cast to text");
  // Rows are found by the bytes of their keys: two texts that such a collation calls equal would be
  // two groups.
  if (is_string(kind) && !expression.collation.deterministic)
    reject("unsupported_sql", position,
           std::string(what) + " under a nondeterministic collation is not supported",
           std::string(collate_hint));
}

ExpressionBinder::ExpressionBinder(EnclosingQuery& query, const Scope& scope,
                                   std::string_view clause, AggregateCalls* aggregates)
    : query_(query),
      catalog_(query.catalog()),
      scope_(scope),
      clause_(clause),
      aggregates_(aggregates) {}

// NOLINTNEXTLINE(readability-function-size): a flat switch over kinds
BoundExpression ExpressionBinder::bind(const ExpressionSyntax& syntax) {
  switch (syntax.kind) {
    case Kind::column: return bind_column(syntax);
    case Kind::star: reject("syntax", syntax.position, "* is not allowed here", "name the columns");
    case Kind::null_literal:
    case Kind::integer_literal:
    case Kind::number_literal:
    case Kind::string_literal:
    case Kind::boolean_literal: return bind_literal(syntax);
    case Kind::call: return bind_call(syntax);
    case Kind::operation:
      if (syntax.names.size() > 1 && syntax.names.front() != "pg_catalog")
        reject("unsupported_sql", syntax.position, "operators outside pg_catalog are not supported",
               "use a built-in operator");
      return bind_operator(syntax.names.back(), syntax.position, bind_all(syntax));
    case Kind::all_of:
    case Kind::any_of: return bind_connective(syntax);
    case Kind::negation: return bind_negation(syntax);
    case Kind::case_when: return bind_case(syntax);
    case Kind::coalesce:
    case Kind::greatest:
    case Kind::least: return bind_choice(syntax);
    case Kind::nullif: return bind_nullif(syntax);
    case Kind::is_null:
    case Kind::is_not_null: return bind_null_test(syntax);
    case Kind::boolean_test: return bind_boolean_test(syntax);
    case Kind::is_distinct:
    case Kind::is_not_distinct: return bind_distinct(syntax);
    case Kind::in_list: return bind_in_list(syntax);
    case Kind::between: return bind_between(syntax);
    case Kind::cast: return bind_cast(syntax);
    case Kind::collate: return bind_collate(syntax);
    case Kind::scalar_subquery:
    case Kind::exists_subquery:
    case Kind::compared_subquery:
    case Kind::array_subquery: return bind_subquery(syntax);
  }
  throw refusal_of(Construct::statement, syntax.position);
}

ExpressionPtr ExpressionBinder::bind_condition(const ExpressionSyntax& syntax) {
  return to_boolean(bind(syntax), clause_).expression;
}

std::vector<BoundExpression> ExpressionBinder::bind_all(const ExpressionSyntax& syntax) {
  std::vector<BoundExpression> bound;
  for (const ExpressionSyntaxPtr& argument : syntax.arguments) bound.push_back(bind(*argument));
  return bound;
}

BoundExpression ExpressionBinder::to_boolean(const BoundExpression& expression,
                                             std::string_view construct) {
  const TypeKind kind = expression.type().kind;
  if (kind != TypeKind::boolean && kind != TypeKind::unknown)
    reject("type_error", expression.position,
           "argument of " + std::string(construct) + " must be type boolean, not type " +
               type_name(expression.type()),
           "compare it: x <> 0, x IS NOT NULL");
  return coerce(expression, type_of(TypeKind::boolean), CoercionContext::implicit);
}

void ExpressionBinder::note_position(const Expression& expression, Position position) {
  visit_expression(expression, [&](const Expression& node) {
    if (node.kind == Expression::Kind::column) column_positions_.emplace(node.ordinal, position);
  });
}

BoundExpression ExpressionBinder::bind_column(const ExpressionSyntax& syntax) {
  const BoundExpression bound = find_column(scope_, syntax.names, syntax.position);
  note_position(*bound.expression, syntax.position);
  return bound;
}

BoundExpression ExpressionBinder::bind_literal(const ExpressionSyntax& syntax) {
  switch (syntax.kind) {
    case Kind::integer_literal:
    case Kind::number_literal: return make_number(syntax.text, syntax.position);
    case Kind::boolean_literal:
      return make_literal(TypeKind::boolean, Value::of_boolean(syntax.text == "true"),
                          syntax.position);
    case Kind::string_literal: {
      BoundExpression literal =
          make_literal(TypeKind::unknown, Value::of_bytes(syntax.text), syntax.position);
      literal.time_zones = catalog_.time_zones;
      return literal;
    }
    default: return make_literal(TypeKind::unknown, Value::null(), syntax.position);
  }
}

BoundExpression ExpressionBinder::bind_cast(const ExpressionSyntax& syntax) {
  const Type type = resolve_type(syntax.type, catalog_);
  BoundExpression argument = bind(*syntax.arguments.front());
  // Text that names a zone is read by the zones of the source's PostgreSQL, not by those of this
  // machine.
  argument.time_zones = catalog_.time_zones;
  BoundExpression result = coerce(argument, type, CoercionContext::explicit_cast);
  result.position = argument.position;
  return result;
}

// Only the collations that order by code point, which for UTF-8 is the order of the bytes. For
// others the server's locale would be needed.
BoundExpression ExpressionBinder::bind_collate(const ExpressionSyntax& syntax) {
  BoundExpression argument = resolve_unknown(bind(*syntax.arguments.front()));
  if (!is_string(argument.type().kind))
    reject("type_error", syntax.position,
           "collations are not supported by type " + type_name(argument.type()));
  const std::string& name = syntax.names.back();
  if (name != "C" && name != "POSIX" && name != "ucs_basic")
    reject("unsupported_sql", syntax.position, "collation \"" + name + "\" is not supported",
           "available: \"C\", \"POSIX\", \"ucs_basic\"");
  argument.collation = {Collation::Origin::collate_clause, true, true};
  return argument;
}

BoundExpression ExpressionBinder::bind_subquery(const ExpressionSyntax& syntax) {
  (void)bind_all(syntax);  // the value on the left of IN, ANY and ALL
  return query_.bind_inside(syntax, scope_);
}

}  // namespace deltamill
