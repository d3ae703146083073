// The help texts, made from the table of commands.
#pragma once

#include <string>

#include "service/cli/command_table.h"

namespace deltamill {

// What a bare `deltamill` prints.
[[nodiscard]] std::string short_usage();

// What `deltamill --help` prints.
[[nodiscard]] std::string program_help();

// What `deltamill COMMAND --help` prints; `flags` lists those of the command.
[[nodiscard]] std::string command_help(const Command& command, const std::string& flags);

}  // namespace deltamill
