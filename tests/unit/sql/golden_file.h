// Text tests: cases of SQL and what must come out, in one file.
//
//   # What the case shows.
//   SELECT ...
//   ----
//   expected lines
//   ====
//
// DELTAMILL_REWRITE_GOLDEN=1 writes what came out into the files; review the diff.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace deltamill {

struct GoldenCase {
  std::string title;  // comment lines
  std::string input;
  std::string expected;  // with a newline at the end
};

// All files of tests/<directory> that end in .test, in order of name.
[[nodiscard]] std::vector<std::string> golden_files(const std::string& directory);

[[nodiscard]] std::vector<GoldenCase> read_golden_file(const std::string& path);

// Runs every case of every file and compares.
void check_golden_files(const std::string& directory,
                        const std::function<std::string(const std::string& input)>& run);

}  // namespace deltamill
