// Widths are fixed: the table is short.
#include "service/cli/help.h"

#include <fmt/format.h>

#include <algorithm>

namespace deltamill {

namespace {

constexpr const char* common_flags =
    "Common flags, before or after the command:\n"
    "  -C DIR                  project directory, by default the present one (DELTAMILL_DIR)\n"
    "  --admin URL             admin listener of the running service (DELTAMILL_ADMIN)\n"
    "  --json                  JSON on stdout, messages on stderr as JSON too\n"
    "  --no-color, -q          no colour; no progress, no warnings\n";

std::string available_commands() {
  std::string text = "Commands:\n";
  for (const CommandInfo& command : command_table())
    if (!command.summary.empty())
      text += fmt::format("  {:<10}{}\n", command.name, command.summary);
  return text;
}

std::string other_commands() {
  std::string text = "Not available in this version:";
  for (const CommandInfo& command : command_table())
    if (command.summary.empty()) text += fmt::format(" {}", command.name);
  return text + "\n";
}

}  // namespace

const std::vector<CommandInfo>& command_table() {
  static const std::vector<CommandInfo> table = {
      {"init", "", ""},
      {"doctor", "", ""},
      {"lock", "", ""},
      {"check", "[--deny-warnings]",
       "load and bind all views; compare them with what PostgreSQL says of them"},
      {"explain", "VIEW [--format text|json]", "how a view is maintained: operators, keys, cost"},
      {"graph", "", ""},
      {"test", "", ""},
      {"plan", "", ""},
      {"apply", "", ""},
      {"run", "[--once] [--until LSN]", "the service, in the foreground"},
      {"status", "[--watch]", "conditions, positions and lag of the running service"},
      {"rebuild", "VIEW... | --all [--wait] [--cancel]",
       "build views anew from the journal; the old rows are served until the swap"},
      {"rollback", "", ""},
      {"verify", "VIEW... | --all [--limit N]",
       "compare views with their SQL run by PostgreSQL at the same position"},
      {"query", "", ""},
      {"tail", "", ""},
      {"log", "", ""},
      {"replay", "", ""},
      {"teardown", "", ""},
      {"support-bundle", "", ""},
      {"completion", "", ""},
      {"version", "", "versions of Deltamill and its libraries"},
  };
  return table;
}

const CommandInfo* find_command(std::string_view name) {
  const auto found = std::ranges::find(command_table(), name, &CommandInfo::name);
  return found == command_table().end() ? nullptr : &*found;
}

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

std::string command_help(const CommandInfo& command, const std::string& flags) {
  return fmt::format("{}\n\nUsage: deltamill {} {}\n{}\n{}", command.summary, command.name,
                     command.arguments, flags, common_flags);
}

}  // namespace deltamill
