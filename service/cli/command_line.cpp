// Parses the command line with CLI11 and runs the command. What cannot be taken is reported in our
// own words, with the nearest name.
#include "service/cli/command_line.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "service/cli/command_table.h"
#include "service/cli/complain.h"
#include "service/cli/help.h"
#include "service/cli/usage_error.h"

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
  app.set_version_flag("--version", std::string());  // its text is the command's
}

void declare_commands(CLI::App& app, Arguments& arguments) {
  for (const Command& row : command_table()) {
    CLI::App* const command = app.add_subcommand(std::string(row.name), std::string(row.summary));
    if (row.run == nullptr) {
      command->set_help_flag();
      command->allow_extras();  // whatever else is asked for, the answer is the same
      continue;
    }
    // Common flags may stand behind the command as well.
    command->fallthrough();
    command->set_help_flag("-h,--help", "this text");
    if (row.declare != nullptr) row.declare(*command, arguments);
  }
}

// What the environment and the terminal say where the command line does not. --json is looked for
// ahead of everything, since complaints about the command line obey it too.
CommonOptions default_options(std::span<const std::string_view> words) {
  CommonOptions common;
  common.color = variable("NO_COLOR").empty() && isatty(STDERR_FILENO) == 1;
  common.admin = variable("DELTAMILL_ADMIN");
  if (std::string directory = variable("DELTAMILL_DIR"); !directory.empty())
    common.directory = std::move(directory);
  common.json = std::ranges::find(words, "--json") != words.end();
  return common;
}

// nullptr = no command is named.
const Command* command_of(const CLI::App& app) {
  const std::vector<CLI::App*> named = app.get_subcommands();
  return named.empty() ? nullptr : find_command(named.front()->get_name());
}

// Of what CLI11 finds wrong itself: a value, or one too many or too few.
UsageError usage_error(const CLI::App& app, const CLI::ParseError& error) {
  const Command* const command = command_of(app);
  const std::string usage = command == nullptr ? "deltamill --help has the usage"
                                               : "usage: deltamill " + std::string(command->name) +
                                                     " " + std::string(command->arguments);
  if (dynamic_cast<const CLI::ExtrasError*>(&error) == nullptr) return {error.what(), usage};
  const std::vector<std::string> extras = app.remaining(true);
  return {"unexpected argument \"" + (extras.empty() ? "" : extras.front()) + "\"", usage};
}

ExitCode complain_of_usage(const CommonOptions& common, const UsageError& error) {
  complain(common, error.message, error.hint);
  return ExitCode::usage;
}

ExitCode dispatch(const CLI::App& app, const Arguments& arguments) {
  const Command* const command = command_of(app);
  if (command == nullptr) {
    std::cerr << short_usage() << "\ndeltamill --help has the flags.\n";
    return ExitCode::usage;
  }
  if (command->run == nullptr) return not_available(arguments.common, std::string(command->name));
  if (command->name != "run")  // which stops cleanly instead
    std::signal(SIGINT, [](int) { ::_exit(static_cast<int>(ExitCode::interrupted)); });
  return command->run(arguments);
}

int parse_and_run(int argument_count, char** argument_values) {
  const std::vector<std::string_view> words(argument_values + 1, argument_values + argument_count);
  Arguments arguments;
  arguments.common = default_options(words);
  CLI::App app("", "deltamill");
  app.formatter(std::make_shared<HelpFormatter>());
  app.get_formatter()->column_width(26);
  app.require_subcommand(0, 1);
  declare_common(app, arguments.common);
  declare_commands(app, arguments);
  // Before CLI11, whose messages know neither nearest names nor later commands.
  if (const auto error = wrong_word(app, words))
    return exit_of(complain_of_usage(arguments.common, *error));
  try {
    app.parse(argument_count, argument_values);
  } catch (const CLI::CallForVersion&) {
    return exit_of(version(arguments.common));
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    return exit_of(complain_of_usage(arguments.common, usage_error(app, error)));
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
