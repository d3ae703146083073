// Asks with deadlines everywhere, so that a test that waits in vain says what the service said
// last.
#include "tests/support/running_service.h"

#include <fmt/format.h>

#include <fstream>
#include <thread>

#include "tests/support/temporary_directory.h"

namespace deltamill {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds listen_limit(60);
constexpr std::chrono::seconds answer_limit(120);
constexpr std::chrono::seconds stop_limit(10);
constexpr std::chrono::milliseconds poll_pause(5);
constexpr std::size_t trace_bytes_max = 6000;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t to = std::min(text.find('\n', from), text.size());
    lines.push_back(text.substr(from, to - from));
    from = to + 1;
  }
  return lines;
}

}  // namespace

RunningService::RunningService(const ProjectDirectory& project) : project_(project) {}

void RunningService::launch(const std::vector<std::string>& flags) {
  std::filesystem::remove(project_.state() / "run.json");  // of a killed run
  Command program{.arguments = {binary_under_test(), "-C", project_.path().string(), "run"},
                  .output = project_.trace(),
                  .directory = project_.path()};
  program.arguments.insert(program.arguments.end(), flags.begin(), flags.end());
  process_ = std::make_unique<ChildProcess>(program);
}

void RunningService::start(const std::vector<std::string>& flags) {
  launch(flags);
  wait_until_listening();
}

bool RunningService::read_addresses() {
  const nlohmann::json run =
      nlohmann::json::parse(read_file(project_.state() / "run.json"), nullptr, false);
  if (!run.is_object() || run.at("pid").get<int>() != process_->pid()) return false;
  public_url_ = run.at("public").get<std::string>();
  admin_url_ = run.at("admin").get<std::string>();
  return true;
}

void RunningService::wait_until_listening() {
  const auto deadline = Clock::now() + listen_limit;
  while (!read_addresses()) {
    if (!running()) fail("the service ended instead of listening");
    if (Clock::now() > deadline) fail("the service does not listen");
    std::this_thread::sleep_for(poll_pause);
  }
}

void RunningService::wait_until_ready() {
  const auto deadline = Clock::now() + answer_limit;
  while (HttpClient(admin_url_).get("/readyz").status != 200) {
    if (!running()) fail("the service ended instead of becoming ready");
    if (Clock::now() > deadline) fail("not ready: " + HttpClient(admin_url_).get("/readyz").body);
    std::this_thread::sleep_for(poll_pause);
  }
}

void RunningService::kill() {
  process_->signal(SIGKILL);
  if (!process_->wait(stop_limit)) fail("SIGKILL does not end it");
}

int RunningService::stop() {
  process_->signal(SIGTERM);
  const std::optional<int> exit_code = process_->wait(stop_limit);
  if (!exit_code) fail("the service does not stop on SIGTERM");
  return *exit_code;
}

ViewRows RunningService::rows(const std::string& view, const std::string& lsn,
                              const std::string& query) {
  std::vector<Header> headers = {{"Accept", "application/x-ndjson"}, {"Prefer", "wait=30"}};
  if (!lsn.empty()) headers.push_back({"Deltamill-Min-Lsn", lsn});
  const auto deadline = Clock::now() + answer_limit;
  while (true) {
    const Response answer = get("/v1/views/" + view + query, headers);
    if (answer.status == 200 || answer.status == 206)
      return {header_of(answer, "Deltamill-Lsn").value_or(""),
              header_of(answer, "Deltamill-Condition").value_or(""), lines_of(answer.body)};
    if (answer.status != 503 || Clock::now() > deadline)
      fail(fmt::format("{} at {}: status {}: {}", view, lsn, answer.status, answer.body));
    std::this_thread::sleep_for(poll_pause);
  }
}

Response RunningService::get(const std::string& target, const std::vector<Header>& headers) {
  try {
    return HttpClient(public_url_, answer_limit).send("GET", target, headers, "");
  } catch (const NoAnswer& failure) {
    fail("GET " + target + ": " + failure.what());
  }
}

Response RunningService::post_admin(const std::string& target, const std::string& body) {
  return HttpClient(admin_url_, answer_limit).post(target, body);
}

nlohmann::json RunningService::admin(const std::string& target) {
  try {
    return nlohmann::json::parse(HttpClient(admin_url_, answer_limit).get(target).body);
  } catch (const std::exception& failure) {
    fail("GET " + target + ": " + failure.what());
  }
}

std::string RunningService::metrics() {
  return HttpClient(admin_url_, answer_limit).get("/metrics").body;
}

nlohmann::json RunningService::view_status(const std::string& view) {
  const nlohmann::json status = admin("/v1/status");
  for (const nlohmann::json& known : status.at("views"))
    if (known.at("name") == view) return known;
  throw std::out_of_range("no view " + view);
}

void RunningService::wait_for_condition(const std::string& view, const std::string& condition) {
  const auto deadline = Clock::now() + answer_limit;
  while (view_status(view).at("condition") != condition) {
    if (Clock::now() > deadline)
      fail(view + " does not become " + condition + ": " + view_status(view).dump());
    std::this_thread::sleep_for(poll_pause);
  }
}

std::uint64_t RunningService::peak_memory_bytes() {
  std::ifstream status("/proc/" + std::to_string(process_->pid()) + "/status");
  for (std::string word; status >> word;) {
    std::uint64_t kibibytes = 0;
    if (word == "VmHWM:" && status >> kibibytes) return kibibytes << 10;
  }
  fail("its memory cannot be read");
}

std::string RunningService::trace() const {
  const std::string events = read_file(project_.trace());
  return events.size() <= trace_bytes_max ? events : events.substr(events.size() - trace_bytes_max);
}

void RunningService::fail(const std::string& what) {
  const std::optional<int> exit_code = process_->wait(std::chrono::milliseconds(0));
  throw ServiceFailed(what + (exit_code ? " (exit " + std::to_string(*exit_code) + ")" : "") +
                      "\n--- trace events\n" + trace());
}

}  // namespace deltamill
