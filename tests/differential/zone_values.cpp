// The changes come from the zone files; what happens there, PostgreSQL says.
#include "tests/differential/zone_values.h"

#include "service/time_zone_database.h"
#include "views/data/datetime.h"
#include "views/data/zone_file.h"

namespace deltamill {

namespace {

const std::vector<std::string> specifications{"<+03>-3",
                                              "EST5EDT",
                                              "UTC+3",
                                              "UTC-3:30",
                                              "+5",
                                              "-05:45:30",
                                              "XST5XDT",
                                              "xst-1xdt,M3.5.0,M10.5.0/3",
                                              "A5B4",
                                              "A-12B,J60,J300",
                                              "A3B,59/26,J300",
                                              "A3B2:30,M10.1.0/0,M3.3.0/0",
                                              "<>5",
                                              "ABC5:59:60",
                                              "ABC167",
                                              ":Europe/Berlin",
                                              "B3C,0/0,J365/25"};

const std::vector<std::string> unknown{
    "",         "Mars/Olympus", "europe", "Europe//Berlin", "/UTC", "ABC5:60", "EST5EDT,M3.2.0",
    "zone.tab", "Berlin ",      ",5",     ":EST5",          "5"};

std::string shown(std::int64_t timestamp) {
  std::string text;
  append_timestamp(timestamp, TimestampStyle::sql, TimeZone::none, text);
  return text;
}

std::int64_t between(std::int64_t first, std::int64_t end, Random& random) {
  return first + static_cast<std::int64_t>(random.next() % static_cast<std::uint64_t>(end - first));
}

// Microseconds about a change: on it, just beside it, or within a day.
std::int64_t shift(Random& random) {
  const std::vector<std::int64_t> near{0, -1, 1, -microseconds_per_second, microseconds_per_second};
  if (random.chance(30)) return random.pick(near);
  const std::int64_t reach = random.chance(70) ? 3 * microseconds_per_hour : microseconds_per_day;
  return between(-reach, reach, random) / microseconds_per_minute * microseconds_per_minute;
}

}  // namespace

ZoneValues::ZoneValues(SqlSession& session) {
  for (const SqlRow& row : session.rows("SELECT name FROM pg_timezone_names WHERE name NOT IN "
                                        "('localtime', 'posix/localtime') ORDER BY name"))
    names_.push_back(row.at(0).value_or(""));
  for (const SqlRow& row : session.rows("SELECT abbrev FROM pg_timezone_abbrevs ORDER BY abbrev"))
    abbreviations_.push_back(row.at(0).value_or(""));
  for (const ZoneFile& file : read_zone_files())
    if (const auto table = read_zone_file(file.bytes)) changes_[file.name] = table->changes;
}

std::string ZoneValues::zone(Random& random) const {
  if (random.chance(2)) return random.pick(unknown);
  if (random.chance(6)) return random.pick(specifications);
  std::string name = random.chance(25) ? random.pick(abbreviations_) : random.pick(names_);
  if (random.chance(10))
    for (char& letter : name)
      if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter + 32);
  return name;
}

std::string ZoneValues::time(const std::string& zone, Random& random) const {
  if (random.chance(1)) return random.chance(50) ? "infinity" : "-infinity";
  if (random.chance(5)) return shown(between(timestamp_begin, timestamp_end, random));
  if (random.chance(3)) {
    const std::int64_t inside = between(0, 30 * microseconds_per_hour, random);
    return shown(random.chance(50) ? timestamp_begin + inside : timestamp_end - 1 - inside);
  }
  const auto own = changes_.find(zone);
  const bool has_own = own != changes_.end() && !own->second.empty();
  // Abbreviations and specifications have the changes of some zone or other.
  const std::vector<std::int64_t>& changes =
      has_own ? own->second : changes_.at(random.chance(50) ? "Europe/Moscow" : "America/New_York");
  std::int64_t change = random.pick(changes);
  if (random.chance(40)) change = changes[random.below(std::min<std::size_t>(changes.size(), 190))];
  if (random.chance(8)) change = random.chance(50) ? changes.front() : changes.back();
  if (random.chance(5)) change += random.between(-4, 30) * seconds_per_calendar_cycle;
  const std::int64_t timestamp =
      (change + unix_epoch_days * 86400) * microseconds_per_second + shift(random);
  if (!timestamp_in_range(timestamp)) return "2024-10-27 01:30:00";
  // Also what the zone's clocks show about then.
  const std::int64_t local = timestamp + random.between(-28, 28) * 30 * microseconds_per_minute;
  return shown(random.chance(60) && timestamp_in_range(local) ? local : timestamp);
}

std::string ZoneValues::with_zone(const std::string& time, const std::string& zone) {
  return time + " " + zone;
}

}  // namespace deltamill
