// A directory of its own for a test, removed with all that is in it.
#pragma once

#include <filesystem>
#include <string>

namespace deltamill {

class TemporaryDirectory {
 public:
  // Below TMPDIR or /tmp, readable by the unprivileged user that runs PostgreSQL.
  explicit TemporaryDirectory(const std::string& purpose);
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Replaces the content of a file. Throws std::runtime_error.
void write_file(const std::filesystem::path& path, const std::string& content);
// Empty when there is no such file.
[[nodiscard]] std::string read_file(const std::filesystem::path& path);

}  // namespace deltamill
