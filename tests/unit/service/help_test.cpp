// The help texts and the table of commands they are made from.
#include "service/cli/help.h"

#include <catch2/catch.hpp>

namespace deltamill {

TEST_CASE("every command of this version stands in the usage, no other does") {
  const std::string usage = short_usage();
  for (const Command& command : command_table()) {
    const bool listed = usage.find("\n  " + std::string(command.name) + " ") != std::string::npos;
    CHECK(listed == (command.run != nullptr));
  }
}

TEST_CASE("the help names what is not in this version") {
  const std::string help = program_help();
  CHECK(help.find("Not available in this version: init") != std::string::npos);
  CHECK(help.find("Exit codes:") != std::string::npos);
}

TEST_CASE("commands are found by their whole name") {
  REQUIRE(find_command("verify") != nullptr);
  CHECK(find_command("ver") == nullptr);
  CHECK(find_command("") == nullptr);
  CHECK(command_help(*find_command("verify"), "").find("Usage: deltamill verify") !=
        std::string::npos);
}

}  // namespace deltamill
