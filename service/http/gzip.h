// One body in, one gzip member out.
#pragma once

#include <string>
#include <string_view>

namespace deltamill {

// Answers shorter than this are sent as they are.
inline constexpr std::size_t gzip_bytes_min = 1024;

// Throws std::bad_alloc when zlib has no memory.
[[nodiscard]] std::string gzip(std::string_view bytes);

}  // namespace deltamill
