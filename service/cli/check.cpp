// check, explain, version: what needs no running service.
#include <fmt/format.h>
#include <libpq-fe.h>
#include <sqlite3.h>
#include <zstd.h>

#include <algorithm>
#include <iostream>

#include "service/cli/commands.h"
#include "service/cli/print_diagnostics.h"
#include "service/deployment/resolve.h"
#include "service/source/source_failed.h"
#include "service/version.h"
#include "views/data/text_form.h"
#include "views/dataflow/graph.h"

namespace deltamill {

namespace {

// Loads and binds the project, printing what is wrong with it. Nothing = print nothing more; `code`
// says how to end.
std::optional<ResolvedProject> resolve_and_print(const CommonOptions& common, bool deny_warnings,
                                                 ExitCode& code) {
  ResolvedProject project;
  try {
    project = resolve_project(common.directory, process_environment());
  } catch (const SourceFailed& failed) {
    std::cerr << "deltamill: " << failed.what() << "\n";
    code = ExitCode::failed;
    return std::nullopt;
  }
  print_diagnostics(project.diagnostics, common);
  const bool denied = deny_warnings && !project.diagnostics.empty();
  code = project.usable() && !denied ? ExitCode::done : ExitCode::invalid;
  if (!project.usable()) return std::nullopt;
  return project;
}

}  // namespace

ExitCode check(const CommonOptions& common, const CheckOptions& options) {
  if (options.offline) {
    std::cerr << "deltamill: \"check --offline\" is not available in this version\n";
    return ExitCode::failed;
  }
  ExitCode code = ExitCode::done;
  const auto project = resolve_and_print(common, options.deny_warnings, code);
  if (project && code == ExitCode::done && !common.json && !common.quiet)
    fmt::print("{} views, no errors\n", project->deployment.views.size());
  return code;
}

ExitCode explain(const CommonOptions& common, const ExplainOptions& options) {
  if (options.format == "dot") {
    std::cerr << "deltamill: \"explain --format dot\" is not available in this version\n";
    return ExitCode::failed;
  }
  ExitCode code = ExitCode::done;
  const auto project = resolve_and_print(common, false, code);
  if (!project) return code;
  const Graph graph(project->deployment.bound_views());
  const bool known = std::ranges::any_of(project->deployment.views, [&](const DeployedView& view) {
    return view.sink_view.name == options.view;
  });
  if (!known) {
    std::cerr << "deltamill: the project has no view \"" << options.view << "\"\n";
    return ExitCode::usage;
  }
  const std::string text = graph.explain(options.view);
  if (!common.json && options.format == "text") {
    std::cout << text;
    return ExitCode::done;
  }
  std::string json = "{\"view\":";
  append_json_string(options.view, json);
  json += ",\"plan\":";
  append_json_string(text, json);
  std::cout << json << "}\n";
  return ExitCode::done;
}

ExitCode version(const CommonOptions& common) {
  const int libpq = PQlibVersion();
  if (common.json)
    fmt::print(
        R"({{"version":"{}","commit":"{}","libraries":{{"libpq":"{}.{}","sqlite":"{}","zstd":"{}"}}}})"
        "\n",
        deltamill_version, deltamill_commit, libpq / 10000, libpq % 10000, sqlite3_libversion(),
        ZSTD_versionString());
  else
    fmt::print("deltamill {} ({})\n", deltamill_version, deltamill_commit);
  return ExitCode::done;
}

}  // namespace deltamill
