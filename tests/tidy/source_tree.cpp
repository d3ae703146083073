// Walks the fixed top directories; build/ and state/ are no part of the tree.
#include "tests/tidy/source_tree.h"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace deltamill::tidy {

namespace {

namespace fs = std::filesystem;

SourceFile load(const fs::path& path, const fs::path& root) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  return {path.lexically_relative(root).generic_string(), std::move(content).str()};
}

}  // namespace

const std::vector<std::string>& top_directories() {
  static const std::vector<std::string> names = {"service",    "views", "sinks",
                                                 "migrations", "tests", "config"};
  return names;
}

std::vector<SourceFile> source_tree(const fs::path& root) {
  std::vector<SourceFile> files;
  for (const auto& entry : fs::directory_iterator(root))
    if (entry.is_regular_file()) files.push_back(load(entry.path(), root));
  std::vector<std::string> directories = top_directories();
  directories.emplace_back(".ci");
  for (const std::string& name : directories) {
    if (!fs::exists(root / name)) continue;
    fs::recursive_directory_iterator walk(root / name);
    for (const auto& entry : walk) {
      if (entry.is_directory() && entry.path().filename() == "state")
        walk.disable_recursion_pending();
      if (entry.is_regular_file()) files.push_back(load(entry.path(), root));
    }
  }
  std::ranges::sort(files, {}, &SourceFile::path);
  return files;
}

}  // namespace deltamill::tidy
