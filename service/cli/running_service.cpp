// Talks to the running service for the commands: finds its address, asks, waits for jobs. Answers
// are JSON; problems carry their text in `detail`.
#include "service/cli/running_service.h"

#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "service/cli/json_text.h"
#include "service/configuration/project.h"
#include "service/run_file.h"

namespace deltamill {

namespace {

constexpr std::chrono::milliseconds poll_pause(100);

std::string body_of(const Response& response) {
  if (response.status < 400) return response.body;
  const Json body = Json::parse(response.body, nullptr, false);
  if (body.is_object() && body.contains("detail") && body.at("detail").is_string())
    throw Refused(body.at("detail").get<std::string>());
  throw Refused(fmt::format("the service answered with status {}", response.status));
}

Json parse(const std::string& text) {
  Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) throw Refused("the service answered with something else than JSON");
  return json;
}

Json jobs_of(std::string_view text) {
  Json jobs = Json::array();
  for (const std::string_view job : element_texts(text)) jobs.push_back(job_of(job));
  return jobs;
}

}  // namespace

AdminAddress admin_address(const CommonOptions& common) {
  if (!common.admin.empty()) return {common.admin, "the address was given by --admin"};
  Diagnostics ignored;  // the address is all that is asked of the files here
  const ProjectFiles project = load_project(common.directory, process_environment(), ignored);
  if (!project.found)
    return {project.settings.admin.listen,
            "there is no deltamill.yaml in " + project.directory.string() +
                "; name the project directory with -C DIR, or the service with --admin URL"};
  const std::string start = "start the service with: deltamill run";
  if (const auto run_file = read_run_file(project.settings.state);
      run_file && !run_file->admin_url.empty())
    return {run_file->admin_url, start};
  return {project.settings.admin.listen, start};
}

std::string RunningService::get_text(const std::string& target) {
  return body_of(client_.get(target));
}

Json RunningService::jobs() {
  return jobs_of(get_text("/v1/jobs"));
}

std::string RunningService::start(const std::string& target, const std::string& body) {
  return job_of(body_of(client_.post(target, body))).at("id").get<std::string>();
}

void RunningService::cancel(const std::string& job) {
  const Response response = client_.erase("/v1/jobs/" + job);
  if (response.status >= 400) (void)body_of(response);
}

std::string RunningService::wait_for(const std::string& job, Progress& progress) {
  while (true) {
    std::string text = get_text("/v1/jobs/" + job);
    const Json status = job_of(text);
    if (finished(status)) return text;
    const Json& now = status.at("progress");
    if (now.is_object())
      progress.report(status.at("view"), now.value("rows", std::uint64_t{0}),
                      now.value("total_rows", std::uint64_t{0}));
    std::this_thread::sleep_for(poll_pause);
  }
}

std::vector<std::string> RunningService::view_names() {
  std::vector<std::string> names;
  const Json status = status_of(get_text("/v1/status"));
  for (const Json& view : status.at("views")) names.push_back(view.at("name"));
  return names;
}

Json status_of(const std::string& text) {
  Json status = parse(with_null(text, "jobs"));
  status["jobs"] = jobs_of(member_text(text, "jobs"));
  return status;
}

Json job_of(std::string_view text) {
  return parse(with_null(text, "result"));
}

bool finished(const Json& job) {
  const std::string state = job.at("state");
  return state != "queued" && state != "running";
}

}  // namespace deltamill
