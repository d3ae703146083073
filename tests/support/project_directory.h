// A project of a test in a temporary directory: deltamill.yaml, view files, state.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "tests/support/child_process.h"
#include "tests/support/temporary_directory.h"

namespace deltamill {

class ProjectDirectory {
 public:
  // Both listeners take a free port of loopback; a reading may hold a million rows.
  ProjectDirectory(std::string name, std::string source_url);

  // `yaml`: further lines of deltamill.yaml, at top level or below "source:".
  void configure(const std::string& yaml, const std::string& source_yaml = "");
  void write_view(const std::string& name, const std::string& sql);
  void remove_view(const std::string& name);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::filesystem::path& path() const { return directory_.path(); }
  [[nodiscard]] std::filesystem::path state() const { return path() / "state"; }
  [[nodiscard]] std::filesystem::path trace() const { return path() / "trace.log"; }
  [[nodiscard]] std::string slot() const { return "deltamill_" + name_; }

  // Runs `deltamill -C <this> arguments…` to its end.
  [[nodiscard]] Outcome command(const std::vector<std::string>& arguments) const;

 private:
  std::string name_;
  std::string source_url_;
  TemporaryDirectory directory_;
};

// Path of the binary under test: DELTAMILL_BINARY of the environment, else the one built with the
// tests.
[[nodiscard]] std::string binary_under_test();

}  // namespace deltamill
