// The system's time zone database: zones are read from its files when they are first named.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "views/data/time_zones.h"

namespace deltamill {

// A file of the time zone database: "Europe/Berlin" and its bytes.
struct ZoneFile {
  std::string name;
  std::string bytes;
};
using ZoneFiles = std::vector<ZoneFile>;

// Where Debian's package tzdata installs it; PostgreSQL reads the same files.
inline constexpr const char* zone_directory = "/usr/share/zoneinfo";

// Every zone in the directory and below. Left out are `right/`, which counts leap seconds, and
// `localtime`, which is the machine's own zone and may be another one where PostgreSQL runs.
// Nothing = there is no such directory.
[[nodiscard]] ZoneFiles read_zone_files(const std::filesystem::path& directory = zone_directory);

// Zones by name. `read` is called at most once, by whichever thread first needs a file: most
// projects name no zone, and reading all files takes tens of milliseconds.
[[nodiscard]] std::shared_ptr<const TimeZones> make_time_zone_database(
    std::function<ZoneFiles()> read = [] { return read_zone_files(); });

}  // namespace deltamill
