// Lower and upper case by Unicode's simple mappings (one character to one), as PostgreSQL does it
// with a UTF-8 locale of the C library.
#pragma once

#include <string_view>

#include "views/data/arena.h"

namespace deltamill {

// The result is in the arena, or `text` itself where nothing changes.
[[nodiscard]] std::string_view lower_case(std::string_view text, Arena& arena);
[[nodiscard]] std::string_view upper_case(std::string_view text, Arena& arena);
// First letter of each word upper, the others lower; words are runs of letters and digits.
[[nodiscard]] std::string_view initial_case(std::string_view text, Arena& arena);

}  // namespace deltamill
