// Time zones by name, as AT TIME ZONE takes them: abbreviations, zones of the time zone database,
// and POSIX specifications, in this order. Files are not opened here: who may open them hands in a
// TimeZones (service/time_zone_database.h).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "views/data/zone_rules.h"

namespace deltamill {

// A zone under the name it was asked for. Timestamps are microseconds since 2000, finite.
class Zone {
 public:
  explicit Zone(ZoneRules rules, std::string abbreviation = {})
      : rules_(std::move(rules)), abbreviation_(std::move(abbreviation)) {}

  // Microseconds that clocks are ahead of UTC at a timestamptz.
  [[nodiscard]] std::int64_t offset_at(std::int64_t timestamp) const;
  // The same for what a clock of the zone shows.
  [[nodiscard]] std::int64_t offset_of_local(std::int64_t local) const;

  // The zone that an abbreviation stands for, where it is not the abbreviation's own offset that
  // counts: date_trunc.
  [[nodiscard]] std::int64_t clock_offset_at(std::int64_t timestamp) const;
  [[nodiscard]] std::int64_t clock_offset_of_local(std::int64_t local) const;

 private:
  ZoneRules rules_;
  std::string abbreviation_;  // upper case; empty = the name is not one, or its offset is fixed
};

using ZonePtr = std::shared_ptr<const Zone>;

// The zones that views are computed with. What a name means never changes during its life.
// Thread-safe.
class TimeZones {
 public:
  virtual ~TimeZones() = default;
  // The zone of this name, whatever its letter case; nullptr = none, see zone_problem(). Costs
  // little for a name that was looked up before.
  [[nodiscard]] virtual ZonePtr find(std::string_view name) const = 0;
  // Names of the time zone database as it spells them; none = there is no database.
  [[nodiscard]] virtual std::vector<std::string> names() const = 0;
};

// The zones that need no database: abbreviations of a fixed offset and POSIX specifications.
[[nodiscard]] const TimeZones& built_in_zones();

// What a name means, given the bytes of the database's files by name in upper case (nothing = no
// such file). nullptr = no zone.
using ZoneFileReader =
    std::function<std::optional<std::string_view>(const std::string& upper_name)>;
[[nodiscard]] ZonePtr make_zone(std::string_view name, const ZoneFileReader& read);

// Whether a word is an abbreviation of the set "Default", whatever its letter case.
[[nodiscard]] bool is_zone_abbreviation(std::string_view word);

// Why `zones` finds none of this name: PostgreSQL's message, or why this zone is not supported.
[[nodiscard]] std::string zone_problem(const TimeZones& zones, std::string_view name);

}  // namespace deltamill
