// Results and messages that a scalar function builds, kept in the arena of the batch.
#pragma once

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "views/functions/function.h"

namespace deltamill {

// PostgreSQL refuses single values above this.
inline constexpr std::size_t max_value_bytes = 0x3fffffff;

[[nodiscard]] inline Value text_result(CallContext& context, std::string_view text) {
  return Value::of_bytes(context.arena.copy(text));
}

// Fails with a message that holds data.
template <typename... Arguments>
Value fail_with(CallContext& context, fmt::format_string<Arguments...> format,
                Arguments&&... arguments) {
  return context.fail(
      context.arena.copy(fmt::format(format, std::forward<Arguments>(arguments)...)));
}

}  // namespace deltamill
