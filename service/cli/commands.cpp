// The command line as CLI11 reads it, and where each command goes.
#include "service/cli/commands.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>

#include "service/cli/complain.h"
#include "service/cli/help.h"
#include "views/sql/suggestion.h"

namespace deltamill {

namespace {

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

// The texts are help.cpp's; CLI11 lists a command's own flags.
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_help(const CLI::App* app, std::string /*name*/,
                        CLI::AppFormatMode mode) const override {
    const CommandInfo* const command = find_command(app->get_name());
    if (command == nullptr) return program_help();
    return command_help(*command, make_groups(app, mode));
  }
};

void declare_common(CLI::App& app, Arguments& arguments) {
  app.add_option("-C", arguments.common.directory);
  app.add_option("--admin", arguments.common.admin);
  app.add_flag("--json", arguments.common.json);
  app.add_flag("--no-color", arguments.no_color);
  app.add_flag("-q", arguments.common.quiet);
}

CLI::App* add_command(CLI::App& app, const std::string& name) {
  CLI::App* const command = app.add_subcommand(name, std::string(find_command(name)->summary));
  command->fallthrough();
  command->set_help_flag("-h,--help", "this text");
  return command;
}

void declare_reading(CLI::App& app, Arguments& arguments) {
  CLI::App* const check_command = add_command(app, "check");
  check_command->add_flag("--offline", arguments.check.offline,
                          "use the lock file alone (not available in this version)");
  check_command->add_flag("--deny-warnings", arguments.check.deny_warnings,
                          "a warning is an error too");

  CLI::App* const explain_command = add_command(app, "explain");
  explain_command->add_option("VIEW", arguments.explain.view, "a view of the project")->required();
  explain_command->add_option("--format", arguments.explain.format, "text or json")
      ->check(CLI::IsMember({"text", "json", "dot"}));

  add_command(app, "version");
}

void declare_running(CLI::App& app, Arguments& arguments) {
  CLI::App* const run_command = add_command(app, "run");
  run_command->add_flag("--once", arguments.run.once,
                        "reach the position the source has now in all views, then stop");
  run_command->add_option("--until", arguments.until, "stop with every view exactly at this LSN")
      ->type_name("LSN");

  add_command(app, "status")->add_flag("--watch", arguments.watch, "again each second");

  CLI::App* const rebuild_command = add_command(app, "rebuild");
  rebuild_command->add_option("VIEW", arguments.rebuild.views, "views of the project");
  rebuild_command->add_flag("--all", arguments.rebuild.all, "every view");
  rebuild_command
      ->add_option("--from", arguments.rebuild.from,
                   "journal (source is not available in this version)")
      ->check(CLI::IsMember({"journal", "source"}));
  rebuild_command->add_flag("--wait", arguments.rebuild.wait, "until it is done, with progress");
  rebuild_command->add_flag("--cancel", arguments.rebuild.cancel, "cancel a running rebuild");

  CLI::App* const verify_command = add_command(app, "verify");
  verify_command->add_option("VIEW", arguments.verify.views, "views of the project");
  verify_command->add_flag("--all", arguments.verify.all, "every view");
  verify_command->add_flag("--repair", arguments.verify.repair,
                           "write corrections (not available in this version)");
  verify_command
      ->add_option("--limit", arguments.verify.limit, "differing keys to print, at most 1000 (20)")
      ->check(CLI::Range(0, 1000).description(""))
      ->type_name("N");
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
std::optional<ExitCode> look_at_command(const std::string& name, const CommonOptions& common) {
  if (name.empty()) return std::nullopt;
  if (const CommandInfo* const command = find_command(name)) {
    if (command->summary.empty()) return not_available(common, name);
    return std::nullopt;
  }
  std::vector<std::string> names;
  for (const CommandInfo& command : command_table()) names.emplace_back(command.name);
  std::string hint = did_you_mean(name, names);
  if (hint.empty()) hint = "deltamill --help lists the commands";
  complain(common, "unknown command \"" + name + "\"", hint);
  return ExitCode::usage;
}

// The flags that may stand where CLI11 met one it does not know.
std::vector<std::string> known_flags(const CLI::App& app) {
  std::vector<std::string> names;
  const auto collect = [&](const CLI::App& level) {
    for (const CLI::Option* const option : level.get_options())
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  };
  collect(app);
  for (const CLI::App* const command : app.get_subcommands()) collect(*command);
  return names;
}

void complain_of_extra(const CLI::App& app, const CommonOptions& common) {
  const std::vector<std::string> extras = app.remaining(true);
  const std::string extra = extras.empty() ? std::string() : extras.front();
  const std::string command =
      app.get_subcommands().empty() ? std::string() : app.get_subcommands().front()->get_name();
  const std::string help = "deltamill " + command + (command.empty() ? "" : " ") + "--help";
  if (!extra.starts_with('-'))
    return complain(common, "unexpected argument \"" + extra + "\"", "see " + help);
  std::string hint = did_you_mean(extra, known_flags(app));
  if (extra == "--version") hint = "the command is: deltamill version";
  if (hint.empty()) hint = help + " lists the flags";
  complain(common, "unknown flag \"" + extra + "\"", hint);
}

ExitCode dispatch(const CLI::App& app, const Arguments& arguments) {
  if (!app.got_subcommand("run"))
    std::signal(SIGINT, [](int) { ::_exit(static_cast<int>(ExitCode::interrupted)); });
  if (app.got_subcommand("check")) return check(arguments.common, arguments.check);
  if (app.got_subcommand("explain")) return explain(arguments.common, arguments.explain);
  if (app.got_subcommand("run")) return run(arguments.common, arguments.run);
  if (app.got_subcommand("status")) return status(arguments.common, arguments.watch);
  if (app.got_subcommand("rebuild")) return rebuild(arguments.common, arguments.rebuild);
  if (app.got_subcommand("verify")) return verify(arguments.common, arguments.verify);
  if (app.got_subcommand("version")) return version(arguments.common);
  std::cerr << short_usage() << "\ndeltamill --help has the flags.\n";
  return ExitCode::usage;
}

int parse_and_run(int argument_count, char** argument_values) {
  Arguments arguments;
  arguments.common.admin = variable("DELTAMILL_ADMIN");
  if (const std::string directory = variable("DELTAMILL_DIR"); !directory.empty())
    arguments.common.directory = directory;
  for (int at = 1; at < argument_count; ++at)
    if (std::string_view(argument_values[at]) == "--json") arguments.common.json = true;

  CLI::App app("", "deltamill");
  app.formatter(std::make_shared<HelpFormatter>());
  app.get_formatter()->column_width(26);
  app.require_subcommand(0, 1);
  declare_common(app, arguments);
  declare_reading(app, arguments);
  declare_running(app, arguments);
  if (const auto code =
          look_at_command(command_of(argument_count, argument_values), arguments.common))
    return exit_of(*code);
  try {
    app.parse(argument_count, argument_values);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ExtrasError&) {
    complain_of_extra(app, arguments.common);
    return exit_of(ExitCode::usage);
  } catch (const CLI::ParseError& error) {
    complain(arguments.common, error.what(), "deltamill COMMAND --help lists the flags");
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
