// Decides which casts apply and performs them: pg_cast for the supported types, and coerce_type,
// coerce_type_typmod, select_common_type and select_common_typmod of PostgreSQL 15
// (parse_coerce.c).
#include "views/sql/coercion.h"

#include <algorithm>
#include <array>

#include "views/data/text_form.h"
#include "views/sql/suggestion.h"

namespace deltamill {

namespace {

using enum TypeKind;
using Context = CoercionContext;

struct CastRule {
  TypeKind from;
  TypeKind to;
  CoercionContext context;  // the weakest in which the cast applies
};

// pg_cast, row by row as initdb fills it (pg_cast.dat). Casts through text input and output follow
// a rule of their own (see can_coerce). The context decides which overload a call means, so a row
// too many would make calls ambiguous that PostgreSQL accepts.
constexpr std::array cast_rules{
    CastRule{boolean, text, Context::assignment},
    CastRule{boolean, bpchar, Context::assignment},
    CastRule{boolean, varchar, Context::assignment},
    CastRule{boolean, int4, Context::explicit_cast},
    CastRule{name, bpchar, Context::assignment},
    CastRule{name, varchar, Context::assignment},
    CastRule{name, text, Context::implicit},
    CastRule{int8, int2, Context::assignment},
    CastRule{int8, int4, Context::assignment},
    CastRule{int8, float4, Context::implicit},
    CastRule{int8, float8, Context::implicit},
    CastRule{int8, numeric, Context::implicit},
    CastRule{int2, int8, Context::implicit},
    CastRule{int2, int4, Context::implicit},
    CastRule{int2, float4, Context::implicit},
    CastRule{int2, float8, Context::implicit},
    CastRule{int2, numeric, Context::implicit},
    CastRule{int4, int2, Context::assignment},
    CastRule{int4, boolean, Context::explicit_cast},
    CastRule{int4, int8, Context::implicit},
    CastRule{int4, float4, Context::implicit},
    CastRule{int4, float8, Context::implicit},
    CastRule{int4, numeric, Context::implicit},
    CastRule{text, name, Context::implicit},
    CastRule{text, bpchar, Context::implicit},
    CastRule{text, varchar, Context::implicit},
    CastRule{json, jsonb, Context::assignment},
    CastRule{float4, int8, Context::assignment},
    CastRule{float4, int2, Context::assignment},
    CastRule{float4, int4, Context::assignment},
    CastRule{float4, numeric, Context::assignment},
    CastRule{float4, float8, Context::implicit},
    CastRule{float8, int8, Context::assignment},
    CastRule{float8, int2, Context::assignment},
    CastRule{float8, int4, Context::assignment},
    CastRule{float8, float4, Context::assignment},
    CastRule{float8, numeric, Context::assignment},
    CastRule{bpchar, name, Context::implicit},
    CastRule{bpchar, text, Context::implicit},
    CastRule{bpchar, varchar, Context::implicit},
    CastRule{varchar, name, Context::implicit},
    CastRule{varchar, text, Context::implicit},
    CastRule{varchar, bpchar, Context::implicit},
    CastRule{date, timestamp, Context::implicit},
    CastRule{date, timestamptz, Context::implicit},
    CastRule{time, interval, Context::implicit},
    CastRule{timestamp, date, Context::assignment},
    CastRule{timestamp, time, Context::assignment},
    CastRule{timestamp, timestamptz, Context::implicit},
    CastRule{timestamptz, date, Context::assignment},
    CastRule{timestamptz, time, Context::assignment},
    CastRule{timestamptz, timestamp, Context::assignment},
    CastRule{interval, time, Context::assignment},
    CastRule{numeric, int8, Context::assignment},
    CastRule{numeric, int2, Context::assignment},
    CastRule{numeric, int4, Context::assignment},
    CastRule{numeric, float4, Context::implicit},
    CastRule{numeric, float8, Context::implicit},
    CastRule{jsonb, json, Context::assignment},
    CastRule{jsonb, boolean, Context::explicit_cast},
    CastRule{jsonb, int8, Context::explicit_cast},
    CastRule{jsonb, int2, Context::explicit_cast},
    CastRule{jsonb, int4, Context::explicit_cast},
    CastRule{jsonb, float4, Context::explicit_cast},
    CastRule{jsonb, float8, Context::explicit_cast},
    CastRule{jsonb, numeric, Context::explicit_cast},
};

Type without_modifier(Type type) {
  type.modifier = -1;
  return type;
}

BoundExpression with_expression(const BoundExpression& original, ExpressionPtr expression) {
  return {std::move(expression), original.collation, original.position};
}

// The same value under another modifier, or another kind of the same representation.
ExpressionPtr relabelled(const ExpressionPtr& expression, const Type& type) {
  if (is_reference(*expression)) return with_type(*expression, type);
  if (expression->kind == Expression::Kind::constant)
    return make_constant(type, expression->constant);
  const Function* const cast = find_cast(expression->type.kind, type.kind);
  // A computed expression keeps its own node, since its type is part of how it computes; a call
  // that does nothing, or COALESCE of one argument, carries the new label.
  if (cast != nullptr) return make_call(*cast, type, {expression});
  return make_expression(Expression::Kind::coalesce, type, {expression});
}

// A modifier shortens, pads or rounds, so that it needs a call; to lose one is only another label.
// `type` is the expression's own with another modifier: numeric(12,2), varchar(20), char(3),
// timestamp(3).
BoundExpression apply_modifier(const BoundExpression& expression, const Type& type) {
  // A value that has the modifier already satisfies it (PostgreSQL's relabel instead of a length
  // coercion).
  if (expression.type().modifier == type.modifier) return expression;
  if (type.modifier < 0)
    return with_expression(expression, relabelled(expression.expression, type));
  const Function* const cast = find_cast(type.kind, type.kind);
  if (cast == nullptr)
    reject("unsupported_sql", expression.position,
           "a cast to " + format_type(type) + " is not available in this version",
           "cast to " + type_name(type) + " without a modifier");
  return with_expression(expression, make_call(*cast, type, {expression.expression}));
}

[[noreturn]] void reject_literal(const BoundExpression& literal, const Type& target) {
  const std::string form(literal.expression->constant.text());
  if (target.kind == enumeration)
    reject("type_error", literal.position,
           "invalid input value for enum " + type_name(target) + ": \"" + form + "\"",
           did_you_mean(form, target.enumeration->labels));
  reject("type_error", literal.position,
         "invalid input syntax for type " + type_name(target) + ": \"" + form + "\"");
}

// PostgreSQL reads an untyped literal by the input function of the type, without its modifier,
// which the caller applies as a cast: 'abc'::varchar(2) is cut, not refused. For strings the text
// is the value, except that name, an identifier, is cut by its input function.
BoundExpression read_literal(const BoundExpression& literal, const Type& target) {
  const Type type = without_modifier(target);
  const Value& constant = literal.expression->constant;
  // A literal is not cast but read: its text goes through the input function of the type, once, and
  // an invalid one is an error of the view, not of its rows.
  if (constant.is_null()) return with_expression(literal, make_constant(type, Value::null()));
  // These input functions keep the text as it is; name cuts it at 63 bytes.
  if (is_string(type.kind) && type.kind != name)
    return with_expression(literal, make_constant(type, constant));
  Arena arena;
  const TimeZones& zones = literal.time_zones ? *literal.time_zones : built_in_zones();
  const std::optional<Value> value = parse_text(type, constant.text(), arena, zones);
  if (!value) reject_literal(literal, target);
  return with_expression(literal, make_constant(type, *value));
}

// A cast that PostgreSQL has may still be none of ours: such a one is refused, never guessed at.
BoundExpression cast_kind(const BoundExpression& expression, const Type& target) {
  const Type type = without_modifier(target);
  const Function* const cast = find_cast(expression.type().kind, type.kind);
  if (cast == nullptr)
    reject("unsupported_sql", expression.position,
           "a cast from " + type_name(expression.type()) + " to " + type_name(type) +
               " is not available in this version",
           "cast in the source, or keep the column in its own type");
  // Binary coercible: the stored value is the same, and without a call an index on the column still
  // serves (join_path.cpp).
  if (cast->call == relabel)
    return with_expression(expression, relabelled(expression.expression, type));
  return with_expression(expression,
                         make_call(*cast, type, {expression.expression}, expression.time_zones));
}

// A result of a string type from operands without collation has the database's default one
// (assign_collations_walker): 1::text compares by it.
Collation collation_in(const BoundExpression& expression, const Type& target) {
  if (!is_string(target.kind)) return {};
  if (expression.collation.origin != Collation::Origin::none) return expression.collation;
  return {Collation::Origin::database_default, true, false};
}

}  // namespace

// pg_type.typcategory. Types of category 'U' are each alone: none is cast to another implicitly.
char category_of(TypeKind kind) {
  switch (kind) {
    case boolean: return 'B';
    case int2:
    case int4:
    case int8:
    case float4:
    case float8:
    case numeric: return 'N';
    case text:
    case varchar:
    case bpchar:
    case name: return 'S';
    case date:
    case time:
    case timestamp:
    case timestamptz: return 'D';
    case interval: return 'T';
    case enumeration: return 'E';
    case unknown: return 'X';
    default: return 'U';
  }
}

// pg_type.typispreferred: towards these a choice between overloads leans.
bool preferred_in_category(TypeKind kind) {
  return kind == boolean || kind == float8 || kind == text || kind == timestamptz ||
         kind == interval;
}

bool can_coerce(TypeKind from, TypeKind to, CoercionContext context) {
  if (from == to || from == unknown) return true;
  for (const CastRule& rule : cast_rules)
    if (rule.from == from && rule.to == to && rule.context <= context) return true;
  if (from == unsupported || to == unsupported) return false;
  // Not in pg_cast (find_coercion_pathway, COERCION_PATH_COERCEVIAIO): any type goes to text by its
  // output function, in an assignment or explicit cast, and comes from it by its input function, in
  // an explicit one only.
  if (context >= Context::assignment && is_string(to)) return true;
  return context == Context::explicit_cast && is_string(from);
}

std::string type_name(const Type& type) {
  if (type.kind == unknown) return "unknown";
  if (type.kind == enumeration) return type.enumeration->name;
  if (type.kind == bpchar) return "character";
  return format_type(without_modifier(type));
}

BoundExpression coerce(const BoundExpression& expression, const Type& target,
                       CoercionContext context) {
  const bool is_explicit = context == Context::explicit_cast;
  const Type type = is_explicit ? target : without_modifier(target);
  BoundExpression result = expression;
  if (expression.untyped()) {
    result = read_literal(expression, type);
  } else if (!expression.type().same_kind(type)) {
    // Two enums are of one kind here and yet two types, which PostgreSQL does not cast. Through
    // text it would.
    const bool other_enum = expression.type().kind == enumeration && type.kind == enumeration;
    if (other_enum || !can_coerce(expression.type().kind, type.kind, context))
      reject("type_error", expression.position,
             "cannot cast type " + type_name(expression.type()) + " to " + type_name(type));
    result = cast_kind(expression, type);
  }
  result.collation = collation_in(expression, type);
  // An implicit cast never cuts: varchar(3) = varchar(5) compares whole values. Only x::varchar(3)
  // does.
  return is_explicit ? apply_modifier(result, type) : result;
}

BoundExpression resolve_unknown(const BoundExpression& expression) {
  if (!expression.untyped()) return expression;
  Type type;
  type.kind = text;
  return coerce(expression, type, Context::implicit);
}

Type common_type(std::span<const BoundExpression> expressions, std::string_view construct) {
  const auto same = [&](const BoundExpression& other) {
    return other.type().same_kind(expressions.front().type());
  };
  // One type throughout is kept even where its category has a preferred one; this also keeps types
  // without category, such as enums, from being compared below.
  Type chosen = expressions.front().type();
  if (chosen.kind != unknown && std::ranges::all_of(expressions, same))
    return without_modifier(chosen);
  for (const BoundExpression& expression : expressions.subspan(1)) {
    const Type& next = expression.type();
    if (next.kind == unknown || next.same_kind(chosen)) continue;
    if (chosen.kind == unknown) {
      chosen = next;
      continue;
    }
    const bool alike = category_of(next.kind) == category_of(chosen.kind) &&
                       category_of(next.kind) != 'U' && category_of(next.kind) != 'E';
    if (!alike)
      reject("type_error", expression.position,
             std::string(construct) + " types " + type_name(chosen) + " and " + type_name(next) +
                 " cannot be matched",
             "cast one of them");
    // From left to right, and only towards a type that does not lead back: of integer and bigint
    // the second, of two that cast to each other the first. A preferred type, once reached, stays.
    if (!preferred_in_category(chosen.kind) &&
        can_coerce(chosen.kind, next.kind, Context::implicit) &&
        !can_coerce(next.kind, chosen.kind, Context::implicit))
      chosen = next;
  }
  if (chosen.kind == unknown) chosen.kind = text;
  return without_modifier(chosen);
}

CommonExpressions coerce_to_common_type(std::span<const BoundExpression> expressions,
                                        std::string_view construct) {
  CommonExpressions common;
  common.type = common_type(expressions, construct);
  // varchar(3) beside varchar(5) is varchar: a modifier survives only if nobody disagrees.
  common.type.modifier = expressions.front().type().modifier;
  for (const BoundExpression& expression : expressions) {
    const bool agrees = expression.type().same_kind(common.type) &&
                        expression.type().modifier == common.type.modifier;
    if (!agrees) common.type.modifier = -1;
  }
  for (const BoundExpression& expression : expressions) {
    if (!expression.untyped() &&
        !can_coerce(expression.type().kind, common.type.kind, Context::implicit))
      reject("type_error", expression.position,
             std::string(construct) + " could not convert type " + type_name(expression.type()) +
                 " to " + type_name(common.type),
             "cast one of them");
    common.expressions.push_back(coerce(expression, common.type, Context::implicit));
  }
  return common;
}

}  // namespace deltamill
