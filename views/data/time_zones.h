// Time zones by name, as AT TIME ZONE takes them: abbreviations, zones of the time zone database,
// and POSIX specifications, in this order. The database is handed in by whoever may open files.
// There is one per process, since a function of SQL is a pointer that belongs to nobody.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "views/data/zone_rules.h"

namespace deltamill {

// A file of the time zone database: "Europe/Berlin" and its bytes.
struct ZoneFile {
  std::string name;
  std::string bytes;
};

using ZoneFiles = std::vector<ZoneFile>;

// From then on, named zones are those of the files. `read` is called once, by whichever thread
// first needs a named zone; none = there is no database, which is how a process starts. REQUIRES:
// no pointer of find_zone() is used any more.
void install_time_zones(std::function<ZoneFiles()> read);

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

// The zone of this name, whatever its letter case; nullptr = none, see zone_problem(). A repeated
// name costs a hash of it. The pointer is valid until the same thread looks for a zone again.
[[nodiscard]] const Zone* find_zone(std::string_view name);

// Whether a word is an abbreviation of the set "Default", whatever its letter case.
[[nodiscard]] bool is_zone_abbreviation(std::string_view word);

// Why find_zone() finds none: PostgreSQL's message, or why this zone is not supported.
[[nodiscard]] std::string zone_problem(std::string_view name);

// Names of the database as it spells them.
[[nodiscard]] std::vector<std::string> zone_names();

}  // namespace deltamill
