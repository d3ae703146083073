// The rules of style over every file of the tree; each finding is a failed check of its own.
#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <span>

#include "tests/tidy/includes.h"
#include "tests/tidy/rules.h"
#include "tests/tidy/source_tree.h"

namespace deltamill::tidy {

namespace {

namespace fs = std::filesystem;

const fs::path& root() {
  static const fs::path path = DELTAMILL_SOURCE_DIRECTORY;
  return path;
}

const std::vector<SourceFile>& tree() {
  static const std::vector<SourceFile> files = source_tree(root());
  return files;
}

bool is_code(const SourceFile& file) {
  return file.path.ends_with(".cpp") || file.path.ends_with(".h");
}

bool is_script(const SourceFile& file) {
  return file.text.starts_with("#!") || file.path.ends_with(".sh");
}

bool is_build(const SourceFile& file) {
  return file.path.ends_with("CMakeLists.txt") || file.path.ends_with(".cmake");
}

bool is_text_of_ours(const SourceFile& file) {
  return is_code(file) || is_script(file) || is_build(file) || file.path.ends_with(".sql") ||
         file.path.ends_with(".yaml");
}

bool is_of_service(const SourceFile& file) {
  return is_code(file) && file.path.starts_with("service/");
}

// A file that breaks a rule, and why it may.
struct Exception {
  std::string_view path;
  std::string_view reason;
};

template <typename Select, typename Rule>
void check_each(const Select& select, const Rule& rule,
                std::span<const Exception> exceptions = {}) {
  std::size_t looked_at = 0;
  for (const SourceFile& file : tree()) {
    if (!select(file)) continue;
    ++looked_at;
    if (std::ranges::find(exceptions, file.path, &Exception::path) != exceptions.end()) continue;
    for (const std::string& finding : rule(file)) FAIL_CHECK(finding);
  }
  CHECK(looked_at > 0);
}

constexpr Exception sleepers[] = {
    {"service/cli/running_service.cpp", "asks another process again and again"},
    {"service/cli/status.cpp", "--watch shows a page each second"},
};

// Texts of all CMakeLists.txt by their directory.
std::map<std::string, std::string> build_files() {
  std::map<std::string, std::string> files;
  for (const SourceFile& file : tree())
    if (fs::path(file.path).filename() == "CMakeLists.txt")
      files[fs::path(file.path).parent_path().generic_string()] = file.text;
  return files;
}

// Whether a build file names the source, as a path from its own directory.
bool is_built(const fs::path& source, const std::map<std::string, std::string>& files) {
  for (fs::path directory = source.parent_path();; directory = directory.parent_path()) {
    const auto file = files.find(directory.generic_string());
    const std::string name = source.lexically_relative(directory).generic_string();
    if (file != files.end() && file->second.find(name) != std::string::npos) return true;
    if (directory.empty()) return false;
  }
}

}  // namespace

TEST_CASE("includes of the tree go in the direction of the flow") {
  check_each(is_code, wrong_includes);
}

TEST_CASE("no files of the tree include each other in a circle") {
  std::vector<SourceFile> code;
  std::ranges::copy_if(tree(), std::back_inserter(code), is_code);
  for (const std::string& circle : include_circles(code)) FAIL_CHECK(circle);
}

TEST_CASE("every file of the tree says what it is") {
  check_each(is_text_of_ours, missing_head);
}

TEST_CASE("lines of the tree are short and clean") {
  check_each([](const SourceFile& file) { return is_code(file) || is_script(file); }, bad_lines);
}

TEST_CASE("functions of the tree fit a screen") {
  check_each(is_code, long_functions);
}

TEST_CASE("files of the tree are short") {
  check_each(is_code, long_file);
}

TEST_CASE("no comment of the tree tears its declaration") {
  check_each(is_code, torn_declarations);
}

TEST_CASE("files of the tree stand inside of their namespace") {
  check_each(is_code, namespace_openings);
}

TEST_CASE("nothing in the service sleeps") {
  check_each(is_of_service, sleeping, sleepers);
}

TEST_CASE("every path of the tree names something") {
  check_each([](const SourceFile&) { return true; }, banned_names);
}

TEST_CASE("no work of the tree is left undone") {
  check_each(is_text_of_ours, leftovers);
}

TEST_CASE("headers of the tree are guarded") {
  check_each(is_code, unguarded_header);
}

TEST_CASE("every source of the tree is built") {
  const std::map<std::string, std::string> files = build_files();
  for (const SourceFile& file : tree())
    if (file.path.ends_with(".cpp") && !is_built(file.path, files))
      FAIL_CHECK(file.path << " is in no CMakeLists.txt");
}

TEST_CASE("sources are named, not searched for") {
  for (const auto& [directory, text] : build_files())
    if (text.find("GLOB") != std::string::npos) FAIL_CHECK(directory << "/CMakeLists.txt globs");
}

TEST_CASE("every top directory has its page, and links of all pages lead somewhere") {
  for (const std::string& directory : top_directories())
    CHECK(fs::exists(root() / directory / "README.md"));
  for (const SourceFile& file : tree()) {
    if (!file.path.ends_with(".md")) continue;
    for (const std::string& link : links_of(file.text))
      if (!fs::exists(root() / fs::path(file.path).parent_path() / link))
        FAIL_CHECK(file.path << " links to " << link << ", which does not exist");
  }
}

}  // namespace deltamill::tidy
