// rebuild and verify: jobs of the running service, started, awaited and reported.
#include <fmt/format.h>
#include <unistd.h>

#include <iostream>

#include "service/cli/json_text.h"
#include "service/cli/running_service.h"

namespace deltamill {

namespace {

// Nothing is done without a choice, and a choice is made in one way.
bool chosen(const CommonOptions& common, const std::vector<std::string>& views, bool all) {
  if (views.empty() == all) return true;
  complain(common, all ? "views are named and --all is given" : "no view is named",
           all ? "leave one of the two out" : "name views, or give --all");
  return false;
}

std::vector<std::string> chosen_views(RunningService& service,
                                      const std::vector<std::string>& views, bool all) {
  return all ? service.view_names() : views;
}

std::string error_of(const Json& job) {
  const Json& error = job.at("error");
  return error.is_string() ? error.get<std::string>() : "no reason is known";
}

void cancel_rebuilds(RunningService& service, const CommonOptions& common,
                     const std::string& view) {
  const Json jobs = service.jobs();
  std::size_t cancelled = 0;
  for (const Json& job : jobs) {
    // Rebuilds of this view only, queued or running; a verification is not what was asked to end.
    if (job.at("kind") != "rebuild" || job.at("view") != view || finished(job)) continue;
    service.cancel(job.at("id"));
    ++cancelled;
  }
  if (common.json)
    std::cout << Json{{"view", view}, {"cancelled", cancelled}}.dump() << "\n";
  else
    fmt::print("{}: {}\n", view, cancelled == 0 ? "no rebuild runs" : "cancelled");
}

ExitCode rebuild_one(RunningService& service, const CommonOptions& common, const std::string& view,
                     bool wait) {
  const std::string id = service.start("/v1/views/" + view + "/rebuild", "{}");
  if (!wait) {
    if (common.json)
      std::cout << Json{{"view", view}, {"id", id}}.dump() << "\n";
    else
      fmt::print("{}: rebuild started, job {}\n", view, id);
    return ExitCode::done;
  }
  Progress progress(progress_form(common));
  const std::string text = service.wait_for(id, progress);
  const Json job = job_of(text);
  // Before anything is printed: the line of progress may stand open on the terminal.
  progress.finish();
  if (common.json) std::cout << text << "\n";
  if (job.at("state") != "done") {
    complain(common, "rebuild of " + view + " " + job.at("state").get<std::string>() + ": " +
                         error_of(job));
    return ExitCode::failed;
  }
  const Json result = Json::parse(member_text(text, "result"));
  if (!common.json)
    fmt::print("{}: rebuilt with {} rows at {}\n", view, result.at("rows").get<std::uint64_t>(),
               result.at("frontier").get<std::string>());
  return ExitCode::done;
}

std::uint64_t count_of(const Json& result, const char* member) {
  return result.at(member).get<std::uint64_t>();
}

std::uint64_t differences_of(const Json& result) {
  return count_of(result, "missing") + count_of(result, "unexpected") +
         count_of(result, "different");
}

void print_verification(const std::string& view, const Json& result,
                        const std::vector<std::string_view>& sample) {
  const std::uint64_t differences = differences_of(result);
  const std::string frontier = result.at("frontier").get<std::string>();
  if (differences == 0) {
    fmt::print("{}: equal at {}, {} rows\n", view, frontier, count_of(result, "view_rows"));
    return;
  }
  fmt::print(
      "{}: {} differences at {}: {} missing, {} unexpected, {} different "
      "({} rows on the source, {} in the view)\n",
      view, differences, frontier, count_of(result, "missing"), count_of(result, "unexpected"),
      count_of(result, "different"), count_of(result, "source_rows"),
      count_of(result, "view_rows"));
  for (const std::string_view difference : sample)
    fmt::print("  key {}\n    source {}\n    view   {}\n", member_text(difference, "key"),
               member_text(difference, "source"), member_text(difference, "view"));
}

ExitCode verify_one(RunningService& service, const CommonOptions& common, const std::string& view,
                    std::uint64_t limit) {
  const std::string id =
      service.start("/v1/views/" + view + "/verify", Json{{"limit", limit}}.dump());
  Progress progress(progress_form(common));
  const std::string text = service.wait_for(id, progress);
  const Json job = job_of(text);
  progress.finish();
  if (job.at("state") != "done") {
    complain(common,
             "verify of " + view + " " + job.at("state").get<std::string>() + ": " + error_of(job));
    return ExitCode::failed;
  }
  const std::string_view result_text = member_text(text, "result");
  // Counts are read as numbers, rows never: a double would lose digits of a numeric.
  const Json result = Json::parse(with_null(result_text, "sample"));
  if (common.json)
    std::cout << result_text << "\n";
  else
    print_verification(view, result, element_texts(member_text(result_text, "sample")));
  std::fflush(stdout);
  return differences_of(result) == 0 ? ExitCode::done : ExitCode::difference;
}

// A failure says more than a difference.
ExitCode worse(ExitCode left, ExitCode right) {
  if (left == ExitCode::failed || right == ExitCode::failed) return ExitCode::failed;
  return left == ExitCode::done ? right : left;
}

}  // namespace

ExitCode rebuild(const CommonOptions& common, const RebuildOptions& options) {
  if (!chosen(common, options.views, options.all)) return ExitCode::usage;
  if (options.from == "source") return not_available(common, "rebuild --from source");
  return with_service(common, [&](RunningService& service) {
    ExitCode code = ExitCode::done;
    // One after the other, as the service works: progress and messages are of one view at a time. A
    // view that fails does not keep the others from their turn.
    for (const std::string& view : chosen_views(service, options.views, options.all)) {
      if (options.cancel)
        cancel_rebuilds(service, common, view);
      else
        code = worse(code, rebuild_one(service, common, view, options.wait));
    }
    return code;
  });
}

ExitCode verify(const CommonOptions& common, const VerifyOptions& options) {
  if (!chosen(common, options.views, options.all)) return ExitCode::usage;
  if (options.repair) return not_available(common, "verify --repair");
  return with_service(common, [&](RunningService& service) {
    ExitCode code = ExitCode::done;
    for (const std::string& view : chosen_views(service, options.views, options.all))
      code = worse(code, verify_one(service, common, view, options.limit));
    return code;
  });
}

}  // namespace deltamill
