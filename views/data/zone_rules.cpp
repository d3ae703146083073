// Finds the offset of a zone at an instant, by binary search among its changes (localsub of
// localtime.c), and at a reading of its clocks (DetermineTimeZoneOffset of datetime.c). Times are
// seconds since 1970, of UTC or of the zone's own clocks.
#include "views/data/zone_rules.h"

#include <algorithm>

#include "views/data/check.h"

namespace deltamill {

namespace {

constexpr std::int64_t seconds_per_day = 86400;

std::size_t first_standard(const std::vector<LocalTime>& local_times) {
  const auto found = std::find_if(local_times.begin(), local_times.end(),
                                  [](const LocalTime& local) { return !local.daylight_saving; });
  return found == local_times.end() ? 0 : static_cast<std::size_t>(found - local_times.begin());
}

// What holds before the first change: the first local time, unless a change leads to it. Then it
// is the standard time listed before the one that the first change starts.
std::size_t local_time_of_old(const ZoneTable& table) {
  if (std::find(table.after.begin(), table.after.end(), 0) == table.after.end()) return 0;
  std::size_t local = table.after.front();
  if (table.local_times[local].daylight_saving)
    while (local > 0)
      if (!table.local_times[--local].daylight_saving) return local;
  return first_standard(table.local_times);
}

// Whether a change some calendar cycles away from another one leads to the same local time.
bool recurs(const ZoneTable& table, std::size_t change, std::int64_t cycles) {
  const std::int64_t other = table.changes[change] + cycles * seconds_per_calendar_cycle;
  const auto found = std::equal_range(table.changes.begin(), table.changes.end(), other);
  const LocalTime& local = table.local_times[table.after[change]];
  for (auto at = found.first; at != found.second; ++at)
    if (table.local_times[table.after[static_cast<std::size_t>(at - table.changes.begin())]] ==
        local)
      return true;
  return false;
}

}  // namespace

ZoneRules::ZoneRules(std::int32_t offset)
    : ZoneRules(ZoneTable{{}, {}, {LocalTime{offset, false, 0}}, std::string(1, '\0')}) {}

ZoneRules::ZoneRules(ZoneTable table) : table_(std::move(table)) {
  DM_CHECK(!table_.local_times.empty(), "a zone has a local time");
  DM_CHECK(table_.changes.size() == table_.after.size(), "each change leads to a local time");
  first_ = local_time_of_old(table_);
  standard_ = first_standard(table_.local_times);
  if (table_.changes.empty()) return;
  repeats_before_ = recurs(table_, 0, 1);
  repeats_after_ = recurs(table_, table_.changes.size() - 1, -1);
}

const LocalTime& ZoneRules::after(std::size_t change) const {
  return table_.local_times[table_.after[change]];
}

// Changes that have happened at an instant.
std::size_t ZoneRules::changes_until(std::int64_t instant) const {
  const auto next = std::upper_bound(table_.changes.begin(), table_.changes.end(), instant);
  return static_cast<std::size_t>(next - table_.changes.begin());
}

// The instant whole calendar cycles away that lies among the changes, where the zone's rules go on
// beyond them.
std::int64_t ZoneRules::within_changes(std::int64_t instant) const {
  if (repeats_before_ && instant < table_.changes.front()) {
    const std::int64_t distance = table_.changes.front() - instant - 1;
    return instant + (distance / seconds_per_calendar_cycle + 1) * seconds_per_calendar_cycle;
  }
  if (repeats_after_ && instant > table_.changes.back()) {
    const std::int64_t distance = instant - table_.changes.back() - 1;
    return instant - (distance / seconds_per_calendar_cycle + 1) * seconds_per_calendar_cycle;
  }
  return instant;
}

std::int64_t ZoneRules::offset_at(std::int64_t instant) const {
  if (table_.changes.empty()) return table_.local_times[first_].offset;
  const std::size_t past = changes_until(within_changes(instant));
  return past == 0 ? table_.local_times[first_].offset : after(past - 1).offset;
}

// Looks at the one change that follows the day before: offsets are below a day, and no two changes
// lie closer together than two.
std::int64_t ZoneRules::offset_of_local(std::int64_t local) const {
  const std::int64_t standard = table_.local_times[standard_].offset;
  if (table_.changes.empty()) return standard;
  const std::int64_t probe = local - seconds_per_day;
  const std::int64_t within = within_changes(probe);
  const std::size_t next = changes_until(within);
  const std::int64_t offset_before = next == 0 ? standard : after(next - 1).offset;
  if (next == table_.changes.size()) return offset_before;
  const std::int64_t offset_after = after(next).offset;
  const std::int64_t change = table_.changes[next] + (probe - within);
  const std::int64_t before = local - offset_before;
  const std::int64_t after = local - offset_after;
  if (before < change && after < change) return offset_before;
  if (before > change && after >= change) return offset_after;
  // Neither or both: in a gap the reading before the change is the later instant.
  return before > after ? offset_before : offset_after;
}

std::optional<std::int64_t> ZoneRules::offset_of_abbreviation(std::string_view abbreviation,
                                                              std::int64_t instant) const {
  const std::string& letters = table_.abbreviations;
  std::size_t begin = 0;
  while (begin < letters.size() && letters.c_str() + begin != abbreviation)
    begin = letters.find('\0', begin) + 1;
  if (begin >= letters.size()) return std::nullopt;
  const std::size_t past = changes_until(instant);
  for (std::size_t change = past; change > 0; --change)
    if (after(change - 1).abbreviation == begin) return after(change - 1).offset;
  for (std::size_t change = past; change < table_.changes.size(); ++change)
    if (after(change).abbreviation == begin) return after(change).offset;
  return std::nullopt;
}

}  // namespace deltamill
