// Values in tests are written as text of a type and compared as text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "views/data/text_form.h"

namespace deltamill {

inline Type type_of(TypeKind kind, std::int32_t modifier = -1) {
  Type type;
  type.kind = kind;
  type.modifier = modifier;
  return type;
}

inline std::int32_t numeric_modifier(std::int32_t precision, std::int32_t scale) {
  return (precision << 16 | (scale & 0x7ff)) + 4;
}

// Reads the text as a value of the type and prints it again; "refused" if it is none.
inline std::string reprinted(const Type& type, std::string_view text) {
  Arena arena;
  const std::optional<Value> value = parse_text(type, text, arena);
  if (!value) return "refused";
  std::string printed;
  append_text(type, *value, printed);
  return printed;
}

inline std::string reprinted(TypeKind kind, std::string_view text, std::int32_t modifier = -1) {
  return reprinted(type_of(kind, modifier), text);
}

// The same, printed as a member of row_to_json.
inline std::string as_json(TypeKind kind, std::string_view text, std::int32_t modifier = -1) {
  Arena arena;
  const Type type = type_of(kind, modifier);
  const std::optional<Value> value = parse_text(type, text, arena);
  if (!value) return "refused";
  std::string printed;
  append_json(type, *value, printed);
  return printed;
}

// A value of a text that the type takes.
inline Value value_of(const Type& type, std::string_view text, Arena& arena) {
  return parse_text(type, text, arena).value();
}

}  // namespace deltamill
