// What is known about the collation of an expression: enough to decide whether comparing it
// bytewise is comparing it as PostgreSQL does. Derived through expressions by PostgreSQL's rules
// (explicit, implicit, default).
#pragma once

#include <cstdint>

namespace deltamill {

struct Collation {
  enum class Origin : std::uint8_t {
    none,              // the type has no collation
    database_default,  // literals, results of casts
    column,            // derived from columns
    conflict,          // from columns that disagree
    collate_clause,
  };

  Origin origin = Origin::none;
  bool deterministic = true;
  bool ordered_by_bytes = false;

  [[nodiscard]] bool operator==(const Collation&) const = default;
};

// The collation of an operation over two operands.
[[nodiscard]] constexpr Collation combine(const Collation& left, const Collation& right) {
  if (left.origin == right.origin && left.origin != Collation::Origin::column) return left;
  if (left.origin != right.origin) return left.origin > right.origin ? left : right;
  if (left == right) return left;
  return {Collation::Origin::conflict, left.deterministic && right.deterministic, false};
}

}  // namespace deltamill
