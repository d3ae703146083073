// status, rebuild, verify: commands that talk to the running service over its admin listener.
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <iostream>
#include <nlohmann/json.hpp>
#include <thread>

#include "service/cli/commands.h"
#include "service/cli/print_diagnostics.h"
#include "service/cli/progress.h"
#include "service/configuration/project.h"
#include "service/http/client.h"
#include "service/run_file.h"

namespace deltamill {

namespace {

using Json = nlohmann::json;

constexpr std::chrono::milliseconds poll_pause(100);

// Where the service's admin listener is: --admin, else run.json, else the configured address.
std::string admin_address(const CommonOptions& common) {
  if (!common.admin.empty()) return common.admin;
  Diagnostics ignored;  // the address is all that is asked of the files here
  const ProjectFiles project = load_project(common.directory, process_environment(), ignored);
  if (const auto run_file = read_run_file(project.settings.state);
      run_file && !run_file->admin_url.empty())
    return run_file->admin_url;
  return project.settings.admin.listen;
}

// The running service; its answers as JSON. Throws NoAnswer, or Refused for what it does not do.
class Refused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class RunningService {
 public:
  explicit RunningService(const CommonOptions& common) : client_(admin_address(common)) {}

  [[nodiscard]] Json get(const std::string& target) { return body_of(client_.get(target)); }
  // The id of the job that was started.
  [[nodiscard]] std::string start(const std::string& target) {
    return body_of(client_.post(target, "{}")).at("id").get<std::string>();
  }
  void cancel(const std::string& id) { (void)body_of(client_.erase("/v1/jobs/" + id)); }

  [[nodiscard]] std::vector<std::string> view_names() {
    std::vector<std::string> names;
    const Json status = get("/v1/status");
    for (const Json& view : status.at("views")) names.push_back(view.at("name"));
    return names;
  }

 private:
  static Json body_of(const Response& response) {
    Json body = Json::parse(response.body, nullptr, false);
    if (response.status < 400) return body;
    throw Refused(body.is_object() ? body.value("detail", response.body)
                                   : fmt::format("status {}", response.status));
  }

  HttpClient client_;
};

bool finished(const Json& job) {
  const std::string state = job.at("state");
  return state != "queued" && state != "running";
}

Progress::Form progress_form(const CommonOptions& common) {
  if (common.quiet) return Progress::Form::none;
  if (common.json) return Progress::Form::json;
  return isatty(STDERR_FILENO) == 1 ? Progress::Form::terminal : Progress::Form::plain;
}

Json wait_for_job(RunningService& service, const std::string& id, Progress& progress) {
  while (true) {
    const Json job = service.get("/v1/jobs/" + id);
    if (finished(job)) return job;
    const Json& now = job.at("progress");
    if (now.is_object())
      progress.report(job.at("view"), now.value("rows", std::uint64_t{0}),
                      now.value("total_rows", std::uint64_t{0}));
    std::this_thread::sleep_for(poll_pause);
  }
}

// Runs `work` and turns the two ways of failing into messages and exit codes.
template <typename Work>
ExitCode with_service(const CommonOptions& common, const Work& work) {
  try {
    RunningService service(common);
    return work(service);
  } catch (const NoAnswer& failure) {
    std::cerr << "deltamill: no service answers: " << failure.what() << "\n";
    return ExitCode::not_ready;
  } catch (const Refused& refused) {
    std::cerr << "deltamill: " << refused.what() << "\n";
    return ExitCode::failed;
  }
}

std::vector<std::string> chosen_views(RunningService& service,
                                      const std::vector<std::string>& views, bool all) {
  return all ? service.view_names() : views;
}

void print_status(const Json& status) {
  const Json& source = status.at("source");
  fmt::print("{}  {}  source {} at {}, lag {} ms\n", status.at("project").get<std::string>(),
             status.at("ready").get<bool>() ? "ready" : "not ready",
             source.at("connected").get<bool>() ? "connected" : "not connected",
             source.at("position").get<std::string>(), source.at("lag_ms").get<std::int64_t>());
  fmt::print("{:<32} {:<10} {:>12} {:>10} {:>16}\n", "view", "condition", "rows", "lag",
             "frontier");
  for (const Json& view : status.at("views")) {
    const std::string reason =
        view.at("reason").is_string() ? view.at("reason").get<std::string>() : std::string();
    fmt::print("{:<32} {:<10} {:>12} {:>7} ms {:>16}{}{}\n", view.at("name").get<std::string>(),
               view.at("condition").get<std::string>(), view.at("rows").get<std::uint64_t>(),
               view.at("lag_ms").get<std::int64_t>(), view.at("frontier").get<std::string>(),
               reason.empty() ? "" : "  ", reason);
  }
  for (const Json& job : status.at("jobs"))
    fmt::print("job {}  {} {}  {}\n", job.at("id").get<std::string>(),
               job.at("kind").get<std::string>(), job.at("view").get<std::string>(),
               job.at("state").get<std::string>());
}

void print_verification(const std::string& view, const Json& result, std::uint64_t limit) {
  const auto count = [&](const char* name) { return result.at(name).get<std::uint64_t>(); };
  const std::uint64_t differences = count("missing") + count("unexpected") + count("different");
  fmt::print("{}: {} differences at {} ({} rows on the source, {} in the view)\n", view,
             differences, result.at("frontier").get<std::string>(), count("source_rows"),
             count("view_rows"));
  std::uint64_t printed = 0;
  for (const Json& difference : result.at("sample")) {
    if (printed++ == limit) break;
    fmt::print("  key {}\n    source {}\n    view   {}\n", difference.at("key").dump(),
               difference.at("source").dump(), difference.at("view").dump());
  }
}

}  // namespace

ExitCode status(const CommonOptions& common, bool watch) {
  return with_service(common, [&](RunningService& service) {
    while (true) {
      const Json status = service.get("/v1/status");
      if (common.json)
        std::cout << status.dump() << std::endl;
      else
        print_status(status);
      std::fflush(stdout);
      if (!watch) return status.at("ready").get<bool>() ? ExitCode::done : ExitCode::not_ready;
      std::this_thread::sleep_for(std::chrono::seconds(1));
    }
  });
}

ExitCode rebuild(const CommonOptions& common, const RebuildOptions& options) {
  if (options.views.empty() != options.all) {
    std::cerr << "deltamill: name views, or give --all\n";
    return ExitCode::usage;
  }
  if (options.from == "source") {
    std::cerr << "deltamill: \"rebuild --from source\" is not available in this version\n";
    return ExitCode::failed;
  }
  return with_service(common, [&](RunningService& service) {
    ExitCode code = ExitCode::done;
    for (const std::string& view : chosen_views(service, options.views, options.all)) {
      if (options.cancel) {
        const Json jobs = service.get("/v1/jobs");
        for (const Json& job : jobs)
          if (job.at("kind") == "rebuild" && job.at("view") == view && !finished(job))
            service.cancel(job.at("id"));
        continue;
      }
      const std::string id = service.start("/v1/views/" + view + "/rebuild");
      if (!options.wait) {
        fmt::print("{}: job {}\n", view, id);
        continue;
      }
      Progress progress(progress_form(common));
      const Json job = wait_for_job(service, id, progress);
      progress.finish();
      if (common.json)
        std::cout << job.dump() << "\n";
      else
        fmt::print("{}: {} {}\n", view, job.at("state").get<std::string>(),
                   job.at("state") == "done" ? job.at("result").dump() : job.at("error").dump());
      if (job.at("state") != "done") code = ExitCode::failed;
    }
    return code;
  });
}

ExitCode verify(const CommonOptions& common, const VerifyOptions& options) {
  if (options.views.empty() != options.all) {
    std::cerr << "deltamill: name views, or give --all\n";
    return ExitCode::usage;
  }
  if (options.repair) {
    std::cerr << "deltamill: \"verify --repair\" is not available in this version\n";
    return ExitCode::failed;
  }
  return with_service(common, [&](RunningService& service) {
    ExitCode code = ExitCode::done;
    for (const std::string& view : chosen_views(service, options.views, options.all)) {
      const std::string id = service.start("/v1/views/" + view + "/verify");
      Progress progress(progress_form(common));
      const Json job = wait_for_job(service, id, progress);
      progress.finish();
      if (job.at("state") != "done") {
        std::cerr << "deltamill: verify of " << view << " " << job.at("state").get<std::string>()
                  << ": " << job.at("error").dump() << "\n";
        code = ExitCode::failed;
        continue;
      }
      const Json& result = job.at("result");
      if (common.json)
        std::cout << result.dump() << "\n";
      else
        print_verification(view, result, options.limit);
      const std::uint64_t differences = result.at("missing").get<std::uint64_t>() +
                                        result.at("unexpected").get<std::uint64_t>() +
                                        result.at("different").get<std::uint64_t>();
      if (differences != 0 && code == ExitCode::done) code = ExitCode::difference;
    }
    return code;
  });
}

}  // namespace deltamill
