// Finds zones by name, as an abbreviation, a file or a POSIX rule in this order, and tells what
// their clocks show.
#include "views/data/time_zones.h"

#include <utility>

#include "views/data/ascii.h"
#include "views/data/datetime.h"
#include "views/data/posix_zone.h"
#include "views/data/utf8.h"
#include "views/data/zone_abbreviations.h"
#include "views/data/zone_file.h"

namespace deltamill {

namespace {

constexpr std::size_t name_bytes_max = 255;  // PostgreSQL cuts longer ones

class BuiltInZones final : public TimeZones {
 public:
  [[nodiscard]] ZonePtr find(std::string_view name) const override {
    return make_zone(name, [](const std::string&) { return std::nullopt; });
  }
  [[nodiscard]] std::vector<std::string> names() const override { return {}; }
};

// A name with ':' before it is a file's and nothing else.
std::optional<ZoneRules> rules_of(std::string_view name, const ZoneFileReader& read) {
  const bool only_file = name.starts_with(':');
  if (only_file) name.remove_prefix(1);
  std::optional<ZoneTable> table;
  if (const auto bytes = read(std::string(name))) table = read_zone_file(*bytes);
  if (!table && !only_file) table = parse_posix_zone(name);
  if (!table) return std::nullopt;
  return ZoneRules(*std::move(table));
}

std::int64_t seconds_of(std::int64_t timestamp) {
  const std::int64_t rest = timestamp % microseconds_per_second;
  return timestamp / microseconds_per_second - (rest < 0 ? 1 : 0) - unix_epoch_days * 86400;
}

}  // namespace

std::int64_t Zone::clock_offset_at(std::int64_t timestamp) const {
  return rules_.offset_at(seconds_of(timestamp)) * microseconds_per_second;
}

std::int64_t Zone::clock_offset_of_local(std::int64_t local) const {
  return rules_.offset_of_local(seconds_of(local)) * microseconds_per_second;
}

// Where its zone never had the abbreviation, PostgreSQL asks what the zone's clock shows, and that
// clock for its offset.
std::int64_t Zone::offset_at(std::int64_t timestamp) const {
  if (abbreviation_.empty()) return clock_offset_at(timestamp);
  // Towards zero, as PostgreSQL does here.
  const std::int64_t instant = timestamp / microseconds_per_second - unix_epoch_days * 86400;
  if (const auto offset = rules_.offset_of_abbreviation(abbreviation_, instant))
    return *offset * microseconds_per_second;
  return clock_offset_of_local(timestamp + clock_offset_at(timestamp));
}

std::int64_t Zone::offset_of_local(std::int64_t local) const {
  const std::int64_t clock_offset = clock_offset_of_local(local);
  if (abbreviation_.empty()) return clock_offset;
  const std::int64_t instant = seconds_of(local - clock_offset);
  const auto offset = rules_.offset_of_abbreviation(abbreviation_, instant);
  return offset ? *offset * microseconds_per_second : clock_offset;
}

const TimeZones& built_in_zones() {
  static const BuiltInZones zones;
  return zones;
}

ZonePtr make_zone(std::string_view name, const ZoneFileReader& read) {
  const std::string upper = in_upper_case(cut_to_bytes(name, name_bytes_max));
  const ZoneAbbreviation* const abbreviation = find_zone_abbreviation(upper);
  if (abbreviation != nullptr && abbreviation->zone.empty())
    return std::make_shared<Zone>(ZoneRules(abbreviation->offset));
  const std::string zone = abbreviation == nullptr ? upper : in_upper_case(abbreviation->zone);
  std::optional<ZoneRules> rules = rules_of(zone, read);
  if (!rules) return nullptr;
  return std::make_shared<Zone>(*std::move(rules), abbreviation == nullptr ? "" : upper);
}

bool is_zone_abbreviation(std::string_view word) {
  return find_zone_abbreviation(in_upper_case(word)) != nullptr;
}

std::string zone_problem(const TimeZones& zones, std::string_view name) {
  const std::string shown(cut_to_bytes(name, name_bytes_max));
  const std::string upper = in_upper_case(shown);
  if (zones.names().empty())
    return "time zone \"" + shown + "\" needs the time zone database, which is not there";
  if (upper.starts_with("RIGHT/"))
    return "time zone \"" + shown + "\" counts leap seconds, which is not supported";
  if (upper == "LOCALTIME")
    return "time zone \"" + shown + "\" is another one on each machine, which is not supported";
  return "time zone \"" + shown + "\" not recognized";
}

}  // namespace deltamill
