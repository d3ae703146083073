// Text as values of varchar(n), char(n) and name, counted in characters or bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "views/data/arena.h"
#include "views/data/value.h"

namespace deltamill {

// As input does it: what is too long is refused unless only blanks are cut off, char(n) is padded.
// The modifier is an atttypmod, below 4 = no length.
[[nodiscard]] std::optional<Value> parse_varchar(std::string_view text, std::int32_t modifier);
[[nodiscard]] std::optional<Value> parse_bpchar(std::string_view text, std::int32_t modifier,
                                                Arena& arena);

// A char(n) without the blanks that fill it up, which count in no comparison and in no other type.
[[nodiscard]] inline std::string_view without_padding(std::string_view text) {
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

// The first 63 bytes, whole characters only.
[[nodiscard]] Value parse_name(std::string_view text);

}  // namespace deltamill
