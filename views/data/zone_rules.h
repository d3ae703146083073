// The offsets of one time zone through the ages: when they changed, and what holds before the first
// and after the last change. The same look-ups as PostgreSQL makes, so that gaps, overlaps and the
// times before any clock change come out alike; library `date` 3.0 leaves out the rules after the
// last change written down, which is in 2037. Where the table comes from: zone_file.h,
// posix_zone.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace deltamill {

// Seconds of the Gregorian calendar's cycle of 400 years.
inline constexpr std::int64_t seconds_per_calendar_cycle = std::int64_t{146097} * 86400;

// More changes than this are not kept; rules that go on repeat with the calendar's cycle.
inline constexpr std::size_t zone_changes_max = 2000;

// What clocks of a zone show for a while.
struct LocalTime {
  std::int32_t offset = 0;  // seconds east of UTC
  bool daylight_saving = false;
  std::size_t abbreviation = 0;  // where its letters begin in ZoneTable::abbreviations

  [[nodiscard]] bool operator==(const LocalTime&) const = default;
};

struct ZoneTable {
  // Seconds since 1970 UTC, ascending; of equal ones the last counts.
  std::vector<std::int64_t> changes;
  std::vector<std::uint8_t> after;     // per change: which of local_times holds from then on
  std::vector<LocalTime> local_times;  // not empty
  std::string abbreviations;           // each ends with a NUL
};

class ZoneRules {
 public:
  // A zone without changes.
  explicit ZoneRules(std::int32_t offset);
  // REQUIRES: changes do not descend, one `after` per change, all of them within local_times.
  explicit ZoneRules(ZoneTable table);

  // Seconds east of UTC at an instant (seconds since 1970 UTC).
  [[nodiscard]] std::int64_t offset_at(std::int64_t instant) const;

  // The same for what a clock of the zone shows, as seconds since 1970 there. In a gap the offset
  // before it holds, in an overlap the one after it.
  [[nodiscard]] std::int64_t offset_of_local(std::int64_t local) const;

  // The offset that this abbreviation (upper case) had last at an instant, else the first that it
  // got afterwards. Nothing = clocks of this zone never bore it.
  [[nodiscard]] std::optional<std::int64_t> offset_of_abbreviation(std::string_view abbreviation,
                                                                   std::int64_t instant) const;

 private:
  [[nodiscard]] std::int64_t within_changes(std::int64_t instant) const;
  [[nodiscard]] const LocalTime& after(std::size_t change) const;
  [[nodiscard]] std::size_t changes_until(std::int64_t instant) const;

  ZoneTable table_;
  std::size_t first_ = 0;     // of local_times: before the first change
  std::size_t standard_ = 0;  // of local_times: the first without daylight saving, else the first
  bool repeats_before_ = false;
  bool repeats_after_ = false;
};

}  // namespace deltamill
