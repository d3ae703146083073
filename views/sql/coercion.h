// PostgreSQL's rules for turning a value of one type into another: which casts are implicit, what
// untyped literals become, and the common type of UNION, CASE and COALESCE.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "views/expressions/expression.h"
#include "views/sql/collation.h"
#include "views/sql/rejection.h"

namespace deltamill {

// An expression with what only the binder needs to know about it. An untyped literal has
// TypeKind::unknown.
struct BoundExpression {
  ExpressionPtr expression;
  Collation collation;
  Position position = 0;
  // Of an untyped literal and of text that is cast: the zones it may name; nullptr =
  // built_in_zones().
  std::shared_ptr<const TimeZones> time_zones = nullptr;

  [[nodiscard]] const Type& type() const { return expression->type; }
  [[nodiscard]] bool untyped() const { return type().kind == TypeKind::unknown; }
};

enum class CoercionContext : std::uint8_t { implicit, assignment, explicit_cast };

// pg_type.typcategory: 'N' numbers, 'S' strings, 'D' dates and times, ...
[[nodiscard]] char category_of(TypeKind kind);
[[nodiscard]] bool preferred_in_category(TypeKind kind);
[[nodiscard]] inline bool is_string(TypeKind kind) {
  return category_of(kind) == 'S';
}

// Whether PostgreSQL has a cast between the kinds that applies in this context. From `unknown`:
// always.
[[nodiscard]] bool can_coerce(TypeKind from, TypeKind to, CoercionContext context);

// Gives the value in `target`, whose modifier is applied only in an explicit cast. Rejects what
// PostgreSQL rejects.
[[nodiscard]] BoundExpression coerce(const BoundExpression& expression, const Type& target,
                                     CoercionContext context);

// Untyped literals become text; everything else stays.
[[nodiscard]] BoundExpression resolve_unknown(const BoundExpression& expression);

// REQUIRES: not empty. `construct` names the place in messages: "UNION", "CASE".
[[nodiscard]] Type common_type(std::span<const BoundExpression> expressions,
                               std::string_view construct);

// All expressions in their common type; its modifier where all of them agree on it.
struct CommonExpressions {
  Type type;
  std::vector<BoundExpression> expressions;
};
[[nodiscard]] CommonExpressions coerce_to_common_type(std::span<const BoundExpression> expressions,
                                                      std::string_view construct);

// A type as messages print it, without its modifier.
[[nodiscard]] std::string type_name(const Type& type);

}  // namespace deltamill
