// CLI11 reads; what it cannot take is reported in our own words.
#include "service/cli/command_line.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>

#include "service/cli/command_table.h"
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

// The texts are help.cpp's; CLI11 lists a command's own flags.
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_help(const CLI::App* app, std::string /*name*/,
                        CLI::AppFormatMode mode) const override {
    const Command* const command = find_command(app->get_name());
    if (command == nullptr) return program_help();
    return command_help(*command, make_groups(app, mode));
  }
};

void declare_common(CLI::App& app, CommonOptions& common) {
  app.add_option("-C", common.directory);
  app.add_option("--admin", common.admin);
  app.add_flag("--json", common.json);
  app.add_flag("--no-color{false}", common.color);
  app.add_flag("-q", common.quiet);
}

void declare_commands(CLI::App& app, Arguments& arguments) {
  for (const Command& row : command_table()) {
    if (row.run == nullptr) continue;
    CLI::App* const command = app.add_subcommand(std::string(row.name), std::string(row.summary));
    command->fallthrough();
    command->set_help_flag("-h,--help", "this text");
    if (row.declare != nullptr) row.declare(*command, arguments);
  }
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
  if (const Command* const command = find_command(name)) {
    if (command->run == nullptr) return not_available(common, name);
    return std::nullopt;
  }
  std::vector<std::string> names;
  for (const Command& command : command_table()) names.emplace_back(command.name);
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
  if (app.get_subcommands().empty()) {
    std::cerr << short_usage() << "\ndeltamill --help has the flags.\n";
    return ExitCode::usage;
  }
  const Command& command = *find_command(app.get_subcommands().front()->get_name());
  if (command.name != "run")  // which stops cleanly instead
    std::signal(SIGINT, [](int) { ::_exit(static_cast<int>(ExitCode::interrupted)); });
  return command.run(arguments);
}

int parse_and_run(int argument_count, char** argument_values) {
  Arguments arguments;
  arguments.common.color = variable("NO_COLOR").empty() && isatty(STDERR_FILENO) == 1;
  arguments.common.admin = variable("DELTAMILL_ADMIN");
  if (const std::string directory = variable("DELTAMILL_DIR"); !directory.empty())
    arguments.common.directory = directory;
  for (int at = 1; at < argument_count; ++at)
    if (std::string_view(argument_values[at]) == "--json") arguments.common.json = true;

  CLI::App app("", "deltamill");
  app.formatter(std::make_shared<HelpFormatter>());
  app.get_formatter()->column_width(26);
  app.require_subcommand(0, 1);
  declare_common(app, arguments.common);
  declare_commands(app, arguments);
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
