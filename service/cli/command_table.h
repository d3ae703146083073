// The commands as one table: help, dispatch and suggestions are made from it.
#pragma once

#include <span>
#include <string_view>

#include "service/cli/commands.h"

namespace CLI {
class App;
}

namespace deltamill {

struct Command {
  std::string_view name;
  std::string_view arguments = {};                           // as the usage line shows them
  std::string_view summary = {};                             // what it does, in one line
  void (*declare)(CLI::App& command, Arguments&) = nullptr;  // its flags; nullptr = has none
  ExitCode (*run)(const Arguments&) = nullptr;               // nullptr = not in this version
};

// Every command of the contract, in its order.
[[nodiscard]] std::span<const Command> command_table();

// Nothing = there is no such command.
[[nodiscard]] const Command* find_command(std::string_view name);

}  // namespace deltamill
