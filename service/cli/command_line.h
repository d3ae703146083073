// The command line: what was asked for is read, done, and answered by an exit code.
#pragma once

namespace deltamill {

// Never throws.
[[nodiscard]] int run_command_line(int argument_count, char** arguments);

}  // namespace deltamill
