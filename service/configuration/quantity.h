// Durations and sizes as the configuration writes them: an integer and a unit, without a blank.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace deltamill {

// "5s", "250ms", "0s": an integer and one of ms s m h d. Nothing = not a duration, or too large.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

// "2GiB", "0B": an integer and one of B KiB MiB GiB, in bytes. Nothing = not a size, or too large.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);

}  // namespace deltamill
