// Command line in, exit code out. Hands the time zone database to views/, which opens no files.
#include "service/cli/command_line.h"
#include "service/zone_files.h"

int main(int argument_count, char** arguments) {
  deltamill::install_time_zones([] { return deltamill::read_zone_files(); });
  return deltamill::run_command_line(argument_count, arguments);
}
