// The running service as commands see it: its admin listener, asked for JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "service/cli/commands.h"
#include "service/cli/complain.h"
#include "service/cli/progress.h"
#include "service/http/client.h"

namespace deltamill {

using Json = nlohmann::json;

// The service answered that it does not do what was asked.
class Refused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Where the admin listener is expected, and what to say when nobody answers there.
struct AdminAddress {
  std::string url;
  std::string hint;
};

// --admin, else run.json of the project's state directory, else the configured address.
[[nodiscard]] AdminAddress admin_address(const CommonOptions& common);

// Every call throws NoAnswer or Refused.
class RunningService {
 public:
  // Throws std::invalid_argument: the address is none.
  explicit RunningService(const std::string& address) : client_(address) {}

  // The body as it came: what --json prints.
  [[nodiscard]] std::string get_text(const std::string& target);
  [[nodiscard]] Json jobs();
  // Starts a job; gives its id.
  [[nodiscard]] std::string start(const std::string& target, const std::string& body);
  void cancel(const std::string& job);
  // Waits until a job has ended, reporting its progress; gives its text as it ended.
  [[nodiscard]] std::string wait_for(const std::string& job, Progress& progress);
  [[nodiscard]] std::vector<std::string> view_names();

 private:
  HttpClient client_;
};

// The members of a status or job but for the results of jobs, whose rows have numbers that Json
// would change or not take.
[[nodiscard]] Json status_of(const std::string& text);
[[nodiscard]] Json job_of(std::string_view text);

// Whether a job has ended, one way or another.
[[nodiscard]] bool finished(const Json& job);

// Runs `work` against the service and turns the ways of failing into messages and exit codes.
template <typename Work>
[[nodiscard]] ExitCode with_service(const CommonOptions& common, const Work& work) {
  const AdminAddress address = admin_address(common);
  try {
    RunningService service(address.url);
    return work(service);
  } catch (const NoAnswer& failure) {
    complain(common, "no service answers at " + address.url + ": " + failure.what(), address.hint);
    return ExitCode::not_ready;
  } catch (const Refused& refused) {
    complain(common, refused.what());
    return ExitCode::failed;
  } catch (const std::invalid_argument& invalid) {
    complain(common, invalid.what());
    return ExitCode::usage;
  }
}

}  // namespace deltamill
