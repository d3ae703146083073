// Walks the directory. Links to directories are followed: "posix" consists of them.
#include "service/zone_files.h"

#include <fstream>
#include <iterator>
#include <system_error>

namespace deltamill {

namespace {

bool is_left_out(const std::string& name) {
  return name.starts_with('.') || name == "right" || name == "localtime";
}

std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

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

}  // namespace deltamill
