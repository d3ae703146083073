// Values of raw bytes, uuid and bytea, from and to text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "views/data/arena.h"
#include "views/data/value.h"

namespace deltamill {

// 32 digits, a hyphen allowed after each group of four, braces around allowed.
[[nodiscard]] std::optional<Value> parse_uuid(std::string_view text, Arena& arena);
void append_uuid(std::string_view bytes, std::string& text);

// The hex format, \x and pairs of digits with blanks between, or the escape format: \\ and \ooo,
// all else literal.
[[nodiscard]] std::optional<Value> parse_bytea(std::string_view text, Arena& arena);
void append_bytea(std::string_view bytes, std::string& text);

}  // namespace deltamill
