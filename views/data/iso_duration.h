// Durations of ISO 8601 as PostgreSQL reads them: each number has a designator behind it
// ("P1Y2M3DT4H5M6.7S"), or all of them stand in the order of a date and a time
// ("P0001-02-03T04:05:06").
#pragma once

#include <optional>
#include <string_view>

#include "views/data/interval.h"

namespace deltamill {

// REQUIRES: starts with 'P'.
[[nodiscard]] std::optional<Interval> parse_iso_duration(std::string_view text);

}  // namespace deltamill
