// Abbreviations of time zones as PostgreSQL's set "Default" has them, which
// `timezone_abbreviations` of a server names unless somebody changed it.
#pragma once

#include <cstdint>
#include <string_view>

namespace deltamill {

// Either a fixed offset, or a zone whose clocks decide what the abbreviation means at a time.
struct ZoneAbbreviation {
  std::string_view name;    // upper case
  std::int32_t offset = 0;  // seconds east of UTC
  std::string_view zone;    // empty = the offset holds
};

// REQUIRES: upper case. nullptr = none.
[[nodiscard]] const ZoneAbbreviation* find_zone_abbreviation(std::string_view name);

}  // namespace deltamill
