// Reads the files of the time zone database and makes zones of them on demand. Zones are kept by
// name: one with rules costs 0.1 ms to make.
#include "service/time_zone_database.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <mutex>
#include <shared_mutex>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "views/data/ascii.h"

namespace deltamill {

namespace {

bool is_left_out(const std::string& name) {
  return name.starts_with('.') || name == "right" || name == "localtime";
}

std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class TimeZoneDatabase final : public TimeZones {
 public:
  explicit TimeZoneDatabase(std::function<ZoneFiles()> read) : read_(std::move(read)) {}

  [[nodiscard]] ZonePtr find(std::string_view name) const override {
    {
      // The usual case: rows of a view name few zones, and many threads evaluate them.
      const std::shared_lock lock(mutex_);
      if (const auto found = zones_.find(name); found != zones_.end()) return found->second;
    }
    const std::unique_lock lock(mutex_);
    ZonePtr zone = make_zone(name, [this](const std::string& upper_name) {
      read_files();
      const auto file = files_.find(upper_name);
      return file == files_.end() ? std::nullopt
                                  : std::optional<std::string_view>(file->second.bytes);
    });
    // A name that is no zone is not remembered: it fails rarely, and there are endless ones.
    if (zone != nullptr && zones_.size() < kept_zones_max) zones_.emplace(name, zone);
    return zone;
  }

  [[nodiscard]] std::vector<std::string> names() const override {
    const std::unique_lock lock(mutex_);
    read_files();
    std::vector<std::string> names;
    names.reserve(files_.size());
    for (const auto& [upper, file] : files_) names.push_back(file.name);
    std::ranges::sort(names);
    return names;
  }

 private:
  static constexpr std::size_t kept_zones_max = 2048;  // names can be made up without end

  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };

  void read_files() const {
    if (!read_) return;
    // On first use: a service whose views name no zone reads none of the files.
    for (ZoneFile& file : std::exchange(read_, nullptr)())
      files_.emplace(in_upper_case(file.name), std::move(file));
  }

  // Guards all that follow.
  mutable std::shared_mutex mutex_;
  mutable std::function<ZoneFiles()> read_;                  // empty once it was called
  mutable std::unordered_map<std::string, ZoneFile> files_;  // by name in upper case
  mutable std::unordered_map<std::string, ZonePtr, Hash, std::equal_to<>> zones_;  // as written
};

}  // namespace

// Links to directories are followed: "posix" consists of them.
ZoneFiles read_zone_files(const std::filesystem::path& directory) {
  constexpr int depth_max = 8;
  ZoneFiles files;
  std::error_code failure;
  const auto options = std::filesystem::directory_options::follow_directory_symlink |
                       std::filesystem::directory_options::skip_permission_denied;
  std::filesystem::recursive_directory_iterator entry(directory, options, failure);
  for (; !failure && entry != std::filesystem::recursive_directory_iterator();
       entry.increment(failure)) {
    std::error_code dangling;  // a link to nowhere is no zone
    const bool below = entry->is_directory(dangling);
    if (below && (is_left_out(entry->path().filename()) || entry.depth() >= depth_max))
      entry.disable_recursion_pending();
    if (below || is_left_out(entry->path().filename())) continue;
    std::string bytes = contents(entry->path());
    if (bytes.starts_with("TZif"))
      files.push_back({entry->path().lexically_relative(directory), std::move(bytes)});
  }
  return files;
}

std::shared_ptr<const TimeZones> make_time_zone_database(std::function<ZoneFiles()> read) {
  return std::make_shared<const TimeZoneDatabase>(std::move(read));
}

}  // namespace deltamill
