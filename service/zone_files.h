// The system's time zone database, read for views/data/time_zones.h.
#pragma once

#include <filesystem>

#include "views/data/time_zones.h"

namespace deltamill {

// Where Debian's package tzdata installs it; PostgreSQL reads the same files.
inline constexpr const char* zone_directory = "/usr/share/zoneinfo";

// Every zone in the directory and below. Left out are `right/`, which counts leap seconds, and
// `localtime`, which is the machine's own zone and may be another one where PostgreSQL runs.
// Nothing = there is no such directory.
[[nodiscard]] ZoneFiles read_zone_files(const std::filesystem::path& directory = zone_directory);

}  // namespace deltamill
