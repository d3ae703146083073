// The lock on the state directory (flock on state/lock, which ends with the process however it
// ends), and run.json, which tells other commands where the service listens and appears complete,
// by rename.
#include "service/run_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace deltamill {

StateLock::StateLock(const std::filesystem::path& state) {
  std::filesystem::create_directories(state);
  // The journal has rows of all published columns.
  std::filesystem::permissions(state, std::filesystem::perms::owner_all);
  const std::filesystem::path file = state / "lock";
  descriptor_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor_ < 0) throw std::runtime_error("cannot open " + file.string());
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    ::close(descriptor_);
    throw std::runtime_error("another deltamill runs on " + state.string() +
                             "; one process at a time may use a state directory");
  }
}

StateLock::~StateLock() {
  ::close(descriptor_);
}

void write_run_file(const std::filesystem::path& state, const RunFile& content) {
  const nlohmann::json document = {
      {"pid", content.pid},
      {"public",
       content.public_url.empty() ? nlohmann::json() : nlohmann::json(content.public_url)},
      {"admin", content.admin_url},
      {"started_at", content.started_at}};
  const std::filesystem::path temporary = state / "run.json.new";
  {
    std::ofstream file(temporary);
    file << document.dump() << '\n';
    if (!file.flush()) throw std::runtime_error("cannot write " + temporary.string());
  }
  std::filesystem::rename(temporary, state / "run.json");
}

void remove_run_file(const std::filesystem::path& state) {
  std::error_code missing;
  std::filesystem::remove(state / "run.json", missing);
}

std::optional<RunFile> read_run_file(const std::filesystem::path& state) {
  std::ifstream file(state / "run.json");
  const nlohmann::json document = nlohmann::json::parse(file, nullptr, false);
  if (!document.is_object()) return std::nullopt;
  RunFile content;
  content.pid = document.value("pid", 0);
  if (const auto url = document.find("public"); url != document.end() && url->is_string())
    content.public_url = url->get<std::string>();
  content.admin_url = document.value("admin", "");
  content.started_at = document.value("started_at", "");
  return content;
}

}  // namespace deltamill
