// Reads the files of the time zone database ("TZif", RFC 8536) as PostgreSQL does.
#pragma once

#include <optional>
#include <string_view>

#include "views/data/zone_rules.h"

namespace deltamill {

// The rules in the bytes of one file. Nothing = not such a file, or one that counts leap seconds.
[[nodiscard]] std::optional<ZoneTable> read_zone_file(std::string_view bytes);

}  // namespace deltamill
