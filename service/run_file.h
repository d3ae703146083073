// The state directory of a running service: locked by one process, described by run.json while it
// runs.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace deltamill {

// Holds the lock of a state directory, creating it with mode 0700. Released when the process ends,
// however it ends.
class StateLock {
 public:
  // Throws std::runtime_error when another process holds it or the directory cannot be made.
  explicit StateLock(const std::filesystem::path& state);
  ~StateLock();
  StateLock(const StateLock&) = delete;
  StateLock& operator=(const StateLock&) = delete;

 private:
  int descriptor_ = -1;
};

// run.json: {"pid","public","admin","started_at"}; addresses as URLs, "public" null when the
// listener is off.
struct RunFile {
  int pid = 0;
  std::string public_url;
  std::string admin_url;
  std::string started_at;
};

void write_run_file(const std::filesystem::path& state, const RunFile& content);
void remove_run_file(const std::filesystem::path& state);
// Nothing when there is none or it is not readable as such.
[[nodiscard]] std::optional<RunFile> read_run_file(const std::filesystem::path& state);

}  // namespace deltamill
