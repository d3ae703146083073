// What the command line says of itself on stderr: lines for people, JSON objects with --json.
#pragma once

#include <string>

#include "service/cli/commands.h"

namespace deltamill {

// deltamill: MESSAGE, and a hint on a line of its own when there is one.
void complain(const CommonOptions& common, const std::string& message,
              const std::string& hint = {});

// Says that a part of the contract is not there yet.
[[nodiscard]] ExitCode not_available(const CommonOptions& common, const std::string& what);

}  // namespace deltamill
