// The help texts that do not come from the table of commands, and how its rows are laid out.
#include "service/cli/help.h"

#include <fmt/format.h>

namespace deltamill {

namespace {

constexpr const char* common_flags =
    "Common flags, before or after the command:\n"
    "  -C DIR                  project directory, by default the present one (DELTAMILL_DIR)\n"
    "  --admin URL             admin listener of the running service (DELTAMILL_ADMIN)\n"
    "  --json                  JSON on stdout, messages on stderr as JSON too\n"
    "  --no-color, -q          no colour; no progress, no warnings\n"
    "  --help, --version       help, of a command if one is given; as the command version\n";

std::string available_commands() {
  std::string text = "Commands:\n";
  for (const Command& command : command_table())
    if (command.run != nullptr) text += fmt::format("  {:<10}{}\n", command.name, command.summary);
  return text;
}

std::string other_commands() {
  std::string text = "Not available in this version:";
  for (const Command& command : command_table())
    if (command.run == nullptr) text += fmt::format(" {}", command.name);
  return text + "\n";
}

}  // namespace

std::string short_usage() {
  return "Usage: deltamill [flags] COMMAND [flags] [arguments]\n\n" + available_commands();
}

std::string program_help() {
  return "Keeps what is derived from a PostgreSQL database in step with it.\n\n" + short_usage() +
         "\n" + common_flags +
         "\nExit codes: 0 done, 1 failed, 2 usage, 4 verify found a difference,\n"
         "5 not ready or no service answers, 78 invalid configuration or view.\n\n" +
         other_commands();
}

std::string command_help(const Command& command, const std::string& flags) {
  return fmt::format("{}\n\nUsage: deltamill {} {}\n{}\n{}", command.summary, command.name,
                     command.arguments, flags, common_flags);
}

}  // namespace deltamill
