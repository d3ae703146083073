// Reading, comparing and rewriting golden files.
#include "tests/unit/sql/golden_file.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace deltamill {

namespace {

void write_golden_file(const std::string& path, const std::vector<GoldenCase>& cases) {
  std::ofstream file(path);
  for (const GoldenCase& golden : cases)
    file << golden.title << golden.input << "----\n" << golden.expected << "====\n";
}

}  // namespace

std::vector<std::string> golden_files(const std::string& directory) {
  std::vector<std::string> paths;
  const std::filesystem::path root = std::filesystem::path(DELTAMILL_TESTS_DIRECTORY) / directory;
  for (const auto& entry : std::filesystem::directory_iterator(root))
    if (entry.path().extension() == ".test") paths.push_back(entry.path().string());
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::vector<GoldenCase> read_golden_file(const std::string& path) {
  std::vector<GoldenCase> cases;
  std::ifstream file(path);
  GoldenCase golden;
  bool in_expected = false;
  for (std::string line; std::getline(file, line);) {
    if (line == "----") {
      in_expected = true;
    } else if (line == "====") {
      cases.push_back(std::move(golden));
      golden = {};
      in_expected = false;
    } else if (in_expected) {
      golden.expected += line + "\n";
    } else {
      std::string& part =
          line.starts_with("#") && golden.input.empty() ? golden.title : golden.input;
      part += line + "\n";
    }
  }
  return cases;
}

void check_golden_files(const std::string& directory,
                        const std::function<std::string(const std::string& input)>& run) {
  const bool rewrites = std::getenv("DELTAMILL_REWRITE_GOLDEN") != nullptr;
  const std::vector<std::string> paths = golden_files(directory);
  REQUIRE_FALSE(paths.empty());
  for (const std::string& path : paths) {
    std::vector<GoldenCase> cases = read_golden_file(path);
    CHECK_FALSE(cases.empty());
    for (GoldenCase& golden : cases) {
      const std::string actual = run(golden.input);
      INFO(path << "\n" << golden.title << golden.input);
      if (!rewrites) CHECK(actual == golden.expected);
      golden.expected = actual;
    }
    if (rewrites) write_golden_file(path, cases);
  }
}

}  // namespace deltamill
