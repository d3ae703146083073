// Values compared and hashed by their type, under two notions: value equality, which is PostgreSQL's
// =, and representation, which tells apart what prints differently.
#pragma once

#include "views/data/value.h"

namespace deltamill {

// Value equality and order: PostgreSQL's `=` and btree order of the type, both values not NULL and
// of this type. text kinds by bytes (char(n) without trailing blanks), NaN = NaN and greatest, -0 =
// 0, numeric 1.0 = 1.00, intervals by their total, enums by label order. json and jsonb: DM_CHECK
// fails, they are refused by the binder.
[[nodiscard]] int compare_values(const Type& type, const Value& left, const Value& right);

// Hash under which equal values (compare_values == 0) collide. NULL has a hash of its own.
[[nodiscard]] std::uint64_t hash_value(const Type& type, const Value& value);

// IS NOT DISTINCT FROM under value equality.
[[nodiscard]] bool not_distinct(const Type& type, const Value& left, const Value& right);

// A total order of representations among equal values, so that what is shown never depends on
// arrival: used where `compare_values` says 0 and one of several forms must be chosen. Also accepts
// NULL and json, jsonb (bytes).
[[nodiscard]] int compare_representations(const Type& type, const Value& left, const Value& right);

}  // namespace deltamill
