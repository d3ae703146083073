// Time zones written as POSIX has them: "EST5EDT,M3.2.0,M11.1.0", "<+03>-3", "+5". Hours are
// counted west of Greenwich.
#pragma once

#include <optional>
#include <string_view>

#include "views/data/zone_rules.h"

namespace deltamill {

// What PostgreSQL reads: the name may be missing, a daylight saving time without rules has those of
// the United States. Nothing = no such specification, or one whose changes would go back in time.
[[nodiscard]] std::optional<ZoneTable> parse_posix_zone(std::string_view text);

}  // namespace deltamill
