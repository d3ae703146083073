// SQL that compares and orders columns of views.db as PostgreSQL compares their types, and the
// operands that go with it. stored_value.h says how the values lie there.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "sinks/sqlite/bound_sql.h"
#include "views/data/schema.h"
#include "views/data/time_zones.h"

namespace deltamill {

// What a comparison is about.
enum class Aspect : std::uint8_t {
  equality,  // PostgreSQL's =
  order,     // PostgreSQL's <, also good for =
  stored,    // the stored value itself: tells apart equal values such as 1.0 and 1.00
};

// False for json and jsonb, which have neither = nor < here.
[[nodiscard]] bool comparable(const Type& type);
// True when equal values may be stored differently.
[[nodiscard]] bool equal_values_may_differ(const Type& type);

// Appends the column under an aspect. REQUIRES: comparable, or Aspect::stored.
void append_column(const Column& column, Aspect aspect, BoundSql& sql);

// Appends `value` so that it compares with append_column of the same column and aspect.
void append_operand(const Column& column, Aspect aspect, const SqlValue& value, BoundSql& sql);

// Reads a value by the type of a column as PostgreSQL reads 'text' beside it: without the type's
// modifier. Nothing = not a value of the type.
[[nodiscard]] std::optional<SqlValue> read_operand(const Type& type, Aspect aspect,
                                                   std::string_view text,
                                                   const TimeZones& zones = built_in_zones());

}  // namespace deltamill
