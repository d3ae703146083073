// Command line in, exit code out.
#include "service/cli/command_line.h"

int main(int argument_count, char** arguments) {
  return deltamill::run_command_line(argument_count, arguments);
}
