// The commands check, explain and version. They need no running service, though explain asks one
// that is there.
#include <fmt/format.h>
#include <libpq-fe.h>
#include <sqlite3.h>
#include <zstd.h>

#include <algorithm>
#include <iostream>

#include "service/cli/commands.h"
#include "service/cli/complain.h"
#include "service/cli/live_explain.h"
#include "service/cli/print_diagnostics.h"
#include "service/deployment/resolve.h"
#include "service/source/source_failed.h"
#include "service/version.h"
#include "views/dataflow/graph.h"
#include "views/sql/suggestion.h"

namespace deltamill {

namespace {

// Loads and binds the project, printing what is wrong with it. Nothing = it is not usable; `code`
// says how to end.
std::optional<ResolvedProject> resolve_and_print(const CommonOptions& common, DiagnosticsAre are,
                                                 bool deny_warnings, ExitCode& code) {
  ResolvedProject project;
  project.files = load_project(common.directory, process_environment(), project.diagnostics);
  std::string unreachable;
  try {
    // A bad header must not hide what is wrong with the other views.
    if (project.files.settled) resolve_deployment(project);
  } catch (const SourceFailed& failed) {
    unreachable = failed.what();
  }
  print_diagnostics(project.diagnostics, common, are);
  const bool denied = deny_warnings && !project.diagnostics.empty();
  code = project.usable() && !denied ? ExitCode::done : ExitCode::invalid;
  if (!unreachable.empty()) {
    complain(common, unreachable, "check source.url");
    if (code == ExitCode::done) code = ExitCode::failed;
    return std::nullopt;
  }
  if (!project.usable()) return std::nullopt;
  return project;
}

}  // namespace

ExitCode check(const CommonOptions& common, const CheckOptions& options) {
  if (options.offline) return not_available(common, "check --offline");
  ExitCode code = ExitCode::done;
  const auto project =
      resolve_and_print(common, DiagnosticsAre::result, options.deny_warnings, code);
  if (project && code == ExitCode::done && !common.json && !common.quiet)
    fmt::print("{} view{}, no errors\n", project->deployment.views.size(),
               project->deployment.views.size() == 1 ? "" : "s");
  return code;
}

ExitCode explain(const CommonOptions& common, const ExplainOptions& options) {
  if (options.format == "dot") return not_available(common, "explain --format dot");
  ExitCode code = ExitCode::done;
  const auto project = resolve_and_print(common, DiagnosticsAre::messages, false, code);
  if (!project) return code;
  const Graph graph(project->deployment.bound_views());
  std::vector<std::string> names;
  for (const DeployedView& view : project->deployment.views) names.push_back(view.sink_view.name);
  if (std::ranges::find(names, options.view) == names.end()) {
    complain(common, "the project has no view \"" + options.view + "\"",
             did_you_mean(options.view, names));
    return ExitCode::usage;
  }
  const std::string plan = graph.explain(options.view);
  // Sizes are a courtesy of a service that runs this very plan.
  const nlohmann::json operators = live_operators(common, options.view, plan);
  if (common.json || options.format == "json")
    std::cout << nlohmann::json{{"view", options.view}, {"plan", plan}, {"operators", operators}}
              << "\n";
  else
    std::cout << plan << live_sizes_text(operators);
  return ExitCode::done;
}

ExitCode version(const CommonOptions& common) {
  const int libpq = PQlibVersion();
  if (common.json)
    std::cout << fmt::format(R"({{"version":"{}","commit":"{}",)"
                             R"("libraries":{{"libpq":"{}.{}","sqlite":"{}","zstd":"{}"}}}})"
                             "\n",
                             deltamill_version, deltamill_commit, libpq / 10000, libpq % 10000,
                             sqlite3_libversion(), ZSTD_versionString());
  else
    std::cout << fmt::format("deltamill {} ({})\n", deltamill_version, deltamill_commit);
  return ExitCode::done;
}

}  // namespace deltamill
