// `deltamill run` of a test's project: started, killed, stopped, asked over HTTP.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "service/http/client.h"
#include "tests/support/child_process.h"
#include "tests/support/project_directory.h"

namespace deltamill {

// The service did not do in time what a test waited for; what() ends with its last trace events.
class ServiceFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Rows of a view as one answer gave them.
struct ViewRows {
  std::string lsn;                // Deltamill-Lsn
  std::string condition;          // Deltamill-Condition
  std::vector<std::string> rows;  // one JSON object each, in the order of the answer
};

class RunningService {
 public:
  // Not started yet. `project` outlives it.
  explicit RunningService(const ProjectDirectory& project);

  // REQUIRES: not running. Waits until it listens.
  void start(const std::vector<std::string>& flags = {});
  // REQUIRES: not running. Does not wait for anything.
  void launch(const std::vector<std::string>& flags = {});
  void wait_until_listening();
  // Until /readyz says so. Throws ServiceFailed.
  void wait_until_ready();
  // SIGKILL, and waits for the end.
  void kill();
  // SIGTERM; gives the exit code. Throws ServiceFailed when it takes longer than ten seconds.
  int stop();
  [[nodiscard]] bool running() { return process_ && process_->running(); }
  [[nodiscard]] ChildProcess& process() { return *process_; }

  // Rows of the view at a frontier of at least `lsn` (empty: any); asks again while the view is
  // loading or behind. `query`: "?select=…" or empty.
  [[nodiscard]] ViewRows rows(const std::string& view, const std::string& lsn,
                              const std::string& query = "");
  [[nodiscard]] Response get(const std::string& target, const std::vector<Header>& headers = {});
  [[nodiscard]] Response post_admin(const std::string& target, const std::string& body = "{}");
  [[nodiscard]] nlohmann::json admin(const std::string& target);
  // The page of /metrics.
  [[nodiscard]] std::string metrics();
  // Of /v1/status. Throws std::out_of_range for an unknown view.
  [[nodiscard]] nlohmann::json view_status(const std::string& view);
  // Waits until the view has this condition.
  void wait_for_condition(const std::string& view, const std::string& condition);

  // Peak resident memory so far, in bytes.
  [[nodiscard]] std::uint64_t peak_memory_bytes();
  // The last trace events.
  [[nodiscard]] std::string trace() const;

 private:
  [[noreturn]] void fail(const std::string& what);
  // False as long as there is no run.json of this process.
  [[nodiscard]] bool read_addresses();

  const ProjectDirectory& project_;
  std::unique_ptr<ChildProcess> process_;
  std::string public_url_;
  std::string admin_url_;
};

}  // namespace deltamill
