// The command line as a table over CLI11, which no other file sees.
#include "service/cli/commands.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <exception>
#include <iostream>

#include "service/configuration/yaml_document.h"

namespace deltamill {

namespace {

// Commands of the contract that this version does not have.
constexpr std::string_view unavailable_commands[] = {
    "init",  "doctor", "lock", "graph",  "test",     "plan",           "apply",     "rollback",
    "query", "tail",   "log",  "replay", "teardown", "support-bundle", "completion"};

constexpr std::string_view available_commands[] = {"check",   "explain", "run",    "status",
                                                   "rebuild", "verify",  "version"};

std::string variable(const char* name) {
  const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before any thread
  return value == nullptr ? std::string() : std::string(value);
}

int exit_of(ExitCode code) {
  return static_cast<int>(code);
}

// What the command line holds while CLI11 fills it in.
struct Arguments {
  CommonOptions common;
  bool no_color = false;
  CheckOptions check;
  ExplainOptions explain;
  RunOptions run;
  std::string until;
  RebuildOptions rebuild;
  VerifyOptions verify;
  bool watch = false;
};

void declare_common(CLI::App& app, Arguments& arguments) {
  app.add_option("-C", arguments.common.directory, "project directory")->type_name("DIR");
  app.add_option("--admin", arguments.common.admin,
                 "address of the running service's admin listener")
      ->type_name("URL");
  app.add_flag("--json", arguments.common.json,
               "JSON on stdout, one object per line where lines are");
  app.add_flag("--no-color", arguments.no_color, "no colour");
  app.add_flag("-q", arguments.common.quiet, "no progress, no warnings");
}

CLI::App* add_command(CLI::App& app, const std::string& name, const std::string& what) {
  CLI::App* const command = app.add_subcommand(name, what);
  command->fallthrough();
  return command;
}

void declare_commands(CLI::App& app, Arguments& arguments) {
  CLI::App* const check_command =
      add_command(app, "check", "load, parse, bind and plan everything; compare with PostgreSQL");
  check_command->add_flag("--offline", arguments.check.offline, "use the lock file alone");
  check_command->add_flag("--deny-warnings", arguments.check.deny_warnings, "warnings are errors");

  CLI::App* const explain_command = add_command(app, "explain", "the plan of a view");
  explain_command->add_option("VIEW", arguments.explain.view, "a view of the project")->required();
  explain_command->add_option("--format", arguments.explain.format, "text, json or dot")
      ->check(CLI::IsMember({"text", "json", "dot"}));

  CLI::App* const run_command = add_command(app, "run", "the service, in the foreground");
  run_command->add_flag("--once", arguments.run.once,
                        "reach the position the source has now in all views, then stop");
  run_command->add_option("--until", arguments.until, "stop exactly at this frontier")
      ->type_name("LSN");

  CLI::App* const status_command = add_command(app, "status", "conditions, positions, lag, jobs");
  status_command->add_flag("--watch", arguments.watch, "again each second");

  CLI::App* const rebuild_command = add_command(app, "rebuild", "build a new generation of views");
  rebuild_command->add_option("VIEW", arguments.rebuild.views, "views of the project");
  rebuild_command->add_flag("--all", arguments.rebuild.all, "every view");
  rebuild_command->add_option("--from", arguments.rebuild.from, "journal or source")
      ->check(CLI::IsMember({"journal", "source"}));
  rebuild_command->add_flag("--wait", arguments.rebuild.wait, "until it is done, with progress");
  rebuild_command->add_flag("--cancel", arguments.rebuild.cancel, "cancel a running rebuild");

  CLI::App* const verify_command =
      add_command(app, "verify", "compare views with their SQL on the source at one frontier");
  verify_command->add_option("VIEW", arguments.verify.views, "views of the project");
  verify_command->add_flag("--all", arguments.verify.all, "every view");
  verify_command->add_flag("--repair", arguments.verify.repair, "write corrections");
  verify_command->add_option("--limit", arguments.verify.limit, "differing keys to print");

  add_command(app, "version", "versions of Deltamill and its libraries");
}

// The first argument that is neither a flag nor a flag's value.
std::string command_of(int argument_count, char** arguments) {
  for (int at = 1; at < argument_count; ++at) {
    const std::string_view argument = arguments[at];
    if (argument == "-C" || argument == "--admin")
      ++at;
    else if (!argument.starts_with('-'))
      return std::string(argument);
  }
  return {};
}

// Nothing = go on; otherwise the exit code.
std::optional<ExitCode> look_at_command(const std::string& command) {
  std::vector<std::string_view> names;
  for (const std::string_view name : available_commands) {
    if (name == command) return std::nullopt;
    names.push_back(name);
  }
  for (const std::string_view name : unavailable_commands) {
    if (name == command) {
      std::cerr << "deltamill: \"" << command << "\" is not available in this version\n";
      return ExitCode::failed;
    }
  }
  if (command.empty()) return std::nullopt;
  const std::string hint = did_you_mean(command, names);
  std::cerr << "deltamill: unknown command \"" << command << "\"" << (hint.empty() ? "" : "; ")
            << hint << "\n";
  return ExitCode::usage;
}

ExitCode dispatch(CLI::App& app, const Arguments& arguments) {
  if (app.got_subcommand("check")) return check(arguments.common, arguments.check);
  if (app.got_subcommand("explain")) return explain(arguments.common, arguments.explain);
  if (app.got_subcommand("run")) return run(arguments.common, arguments.run);
  if (app.got_subcommand("status")) return status(arguments.common, arguments.watch);
  if (app.got_subcommand("rebuild")) return rebuild(arguments.common, arguments.rebuild);
  if (app.got_subcommand("verify")) return verify(arguments.common, arguments.verify);
  if (app.got_subcommand("version")) return version(arguments.common);
  std::cerr << app.help();
  return ExitCode::usage;
}

int parse_and_run(int argument_count, char** argument_values) {
  Arguments arguments;
  arguments.common.admin = variable("DELTAMILL_ADMIN");
  if (const std::string directory = variable("DELTAMILL_DIR"); !directory.empty())
    arguments.common.directory = directory;

  CLI::App app("Keeps what is derived from a PostgreSQL database in step with it.", "deltamill");
  declare_common(app, arguments);
  declare_commands(app, arguments);
  if (const auto code = look_at_command(command_of(argument_count, argument_values)))
    return exit_of(*code);
  try {
    app.parse(argument_count, argument_values);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    std::cerr << "deltamill: " << error.what() << "\nRun with --help for the flags.\n";
    return exit_of(ExitCode::usage);
  }
  if (!arguments.until.empty()) arguments.run.until = arguments.until;
  arguments.common.color =
      !arguments.no_color && variable("NO_COLOR").empty() && isatty(STDERR_FILENO) == 1;
  return exit_of(dispatch(app, arguments));
}

}  // namespace

int run_command_line(int argument_count, char** arguments) {
  try {
    return parse_and_run(argument_count, arguments);
  } catch (const std::exception& failure) {
    std::cerr << "deltamill: " << failure.what() << "\n";
  }
  return exit_of(ExitCode::failed);
}

}  // namespace deltamill
