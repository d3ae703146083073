// Calls functions, operators and casts on values written as text, and shows the result as text.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/shown_value.h"
#include "views/expressions/expression.h"

namespace deltamill {

// A typed argument; no text = NULL.
struct Argument {
  Type type;
  std::optional<std::string> text;
};

[[nodiscard]] Type type_of(TypeKind kind, std::int32_t modifier = -1);
// The modifiers of numeric(precision, scale), and of varchar(length) and char(length).
[[nodiscard]] Type numeric_type(int precision, int scale);
[[nodiscard]] Type length_type(TypeKind kind, int length);

[[nodiscard]] Argument value_of(TypeKind kind, std::string_view text);
[[nodiscard]] Argument null_of(TypeKind kind);
[[nodiscard]] inline Argument int4_of(std::string_view text) {
  return value_of(TypeKind::int4, text);
}
[[nodiscard]] inline Argument int8_of(std::string_view text) {
  return value_of(TypeKind::int8, text);
}
[[nodiscard]] inline Argument float8_of(std::string_view text) {
  return value_of(TypeKind::float8, text);
}
[[nodiscard]] inline Argument numeric_of(std::string_view text) {
  return value_of(TypeKind::numeric, text);
}
[[nodiscard]] inline Argument text_of(std::string_view text) {
  return value_of(TypeKind::text, text);
}

// The result's text form, "NULL" or "ERROR: message". The function or operator of exactly these
// kinds must exist.
[[nodiscard]] std::string call(std::string_view name, const std::vector<Argument>& arguments,
                               std::shared_ptr<const TimeZones> zones = nullptr);
[[nodiscard]] std::string cast(const Argument& argument, const Type& to,
                               std::shared_ptr<const TimeZones> zones = nullptr);

[[nodiscard]] ExpressionPtr constant_of(const Argument& argument);

}  // namespace deltamill
