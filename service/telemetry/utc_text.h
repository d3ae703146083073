// Times for people and JSON: "2026-11-28T11:52:17Z".
#pragma once

#include <cstdint>
#include <string>

namespace deltamill {

// `wall_us` as a clock gives it (clock.h).
[[nodiscard]] std::string utc_text(std::int64_t wall_us);

}  // namespace deltamill
