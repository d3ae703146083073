// The commands as a table, and the help texts made from it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace deltamill {

struct CommandInfo {
  std::string_view name;
  std::string_view arguments;  // as the usage line shows them
  std::string_view summary;    // empty = not in this version
};

// Every command of the contract, in its order.
[[nodiscard]] const std::vector<CommandInfo>& command_table();

// Nothing = there is no such command.
[[nodiscard]] const CommandInfo* find_command(std::string_view name);

// What a bare `deltamill` prints.
[[nodiscard]] std::string short_usage();

// What `deltamill --help` prints.
[[nodiscard]] std::string program_help();

// What `deltamill COMMAND --help` prints; `flags` lists those of the command.
[[nodiscard]] std::string command_help(const CommandInfo& command, const std::string& flags);

}  // namespace deltamill
