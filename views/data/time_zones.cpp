// One register for the process, under a mutex; before it a few zones per thread, found by a hash of
// their name as it was written.
#include "views/data/time_zones.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "views/data/datetime.h"
#include "views/data/posix_zone.h"
#include "views/data/zone_abbreviations.h"
#include "views/data/zone_file.h"

namespace deltamill {

namespace {

using ZonePtr = std::shared_ptr<const Zone>;

constexpr std::size_t name_bytes_max = 255;         // PostgreSQL cuts longer ones
constexpr std::size_t remembered_zones_max = 2048;  // names can be made up without end
constexpr std::size_t zones_per_thread = 64;

std::string_view cut_name(std::string_view name) {
  if (name.size() <= name_bytes_max) return name;
  std::size_t end = name_bytes_max;
  while (end > 0 && (name[end] & '\xc0') == '\x80') --end;
  return name.substr(0, end);
}

std::string upper_case(std::string_view name) {
  std::string upper(name);
  for (char& letter : upper)
    if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
  return upper;
}

// The zones a process knows. Names are in upper case.
class Register {
 public:
  void install(std::function<ZoneFiles()> read) {
    const std::lock_guard lock(mutex_);
    read_ = std::move(read);
    files_.clear();
    zones_.clear();
    is_read_ = false;
    generation_.fetch_add(1, std::memory_order_release);
  }

  // Changes with each database, so that what threads remember can be told apart.
  [[nodiscard]] std::uint64_t generation() const {
    return generation_.load(std::memory_order_acquire);
  }

  [[nodiscard]] ZonePtr find(const std::string& name) {
    const std::lock_guard lock(mutex_);
    if (const auto known = zones_.find(name); known != zones_.end()) return known->second;
    ZonePtr zone = make(name);
    if (zone != nullptr && zones_.size() < remembered_zones_max) zones_.emplace(name, zone);
    return zone;
  }

  [[nodiscard]] bool has_files() {
    const std::lock_guard lock(mutex_);
    read_files();
    return !files_.empty();
  }

  [[nodiscard]] std::vector<std::string> names() {
    const std::lock_guard lock(mutex_);
    read_files();
    std::vector<std::string> names;
    names.reserve(files_.size());
    for (const auto& [upper, file] : files_) names.push_back(file.name);
    std::sort(names.begin(), names.end());
    return names;
  }

 private:
  void read_files() {
    if (is_read_ || !read_) return;
    is_read_ = true;
    for (ZoneFile& file : read_()) files_.emplace(upper_case(file.name), std::move(file));
  }

  [[nodiscard]] std::optional<ZoneRules> rules_of(std::string_view name) {
    read_files();
    const bool only_file = name.starts_with(':');
    if (only_file) name.remove_prefix(1);
    std::optional<ZoneTable> table;
    if (const auto file = files_.find(std::string(name)); file != files_.end())
      table = read_zone_file(file->second.bytes);
    if (!table && !only_file) table = parse_posix_zone(name);
    if (!table) return std::nullopt;
    return ZoneRules(*std::move(table));
  }

  [[nodiscard]] ZonePtr make(const std::string& name) {
    const ZoneAbbreviation* const abbreviation = find_zone_abbreviation(name);
    if (abbreviation != nullptr && abbreviation->zone.empty())
      return std::make_shared<Zone>(ZoneRules(abbreviation->offset));
    const std::string zone = abbreviation == nullptr ? name : upper_case(abbreviation->zone);
    std::optional<ZoneRules> rules = rules_of(zone);
    if (!rules) return nullptr;
    return std::make_shared<Zone>(*std::move(rules), abbreviation == nullptr ? "" : name);
  }

  std::mutex mutex_;
  std::function<ZoneFiles()> read_;  // guarded by mutex_, as all that follow
  bool is_read_ = false;
  std::unordered_map<std::string, ZoneFile> files_;
  std::unordered_map<std::string, ZonePtr> zones_;
  std::atomic<std::uint64_t> generation_ = 0;
};

Register& zone_register() {
  static Register the_register;
  return the_register;
}

// What one thread has looked for of late.
struct Remembered {
  struct Place {
    bool filled = false;
    std::string name;  // as written
    ZonePtr zone;      // nullptr = there is none
  };
  std::uint64_t generation = 0;
  std::array<Place, zones_per_thread> places;
};

std::int64_t seconds_of(std::int64_t timestamp) {
  const std::int64_t rest = timestamp % microseconds_per_second;
  return timestamp / microseconds_per_second - (rest < 0 ? 1 : 0) - unix_epoch_days * 86400;
}

}  // namespace

void install_time_zones(std::function<ZoneFiles()> read) {
  zone_register().install(std::move(read));
}

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

const Zone* find_zone(std::string_view name) {
  thread_local Remembered remembered;
  Register& known = zone_register();
  if (const std::uint64_t generation = known.generation(); remembered.generation != generation) {
    remembered = {};
    remembered.generation = generation;
  }
  const std::size_t hash = std::hash<std::string_view>()(name);
  Remembered::Place& place = remembered.places[hash % zones_per_thread];
  if (!place.filled || place.name != name) {
    place.zone = known.find(upper_case(cut_name(name)));
    place.name = name;
    place.filled = true;
  }
  return place.zone.get();
}

bool is_zone_abbreviation(std::string_view word) {
  return find_zone_abbreviation(upper_case(word)) != nullptr;
}

std::string zone_problem(std::string_view name) {
  const std::string shown(cut_name(name));
  const std::string upper = upper_case(shown);
  if (!zone_register().has_files())
    return "time zone \"" + shown + "\" needs the time zone database, which is not there";
  if (upper.starts_with("RIGHT/"))
    return "time zone \"" + shown + "\" counts leap seconds, which is not supported";
  if (upper == "LOCALTIME")
    return "time zone \"" + shown + "\" is another one on each machine, which is not supported";
  return "time zone \"" + shown + "\" not recognized";
}

std::vector<std::string> zone_names() {
  return zone_register().names();
}

}  // namespace deltamill
