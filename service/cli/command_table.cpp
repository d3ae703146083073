// Each command's flags as CLI11 takes them, then the row that joins them with what the command does.
#include "service/cli/command_table.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>

namespace deltamill {

namespace {

void declare_check(CLI::App& command, Arguments& arguments) {
  command.add_flag("--offline", arguments.check.offline,
                   "use the lock file alone (not available in this version)");
  command.add_flag("--deny-warnings", arguments.check.deny_warnings, "a warning is an error too");
}

void declare_explain(CLI::App& command, Arguments& arguments) {
  command.add_option("VIEW", arguments.explain.view, "a view of the project")->required();
  command.add_option("--format", arguments.explain.format, "text or json")
      ->check(CLI::IsMember({"text", "json", "dot"}));
}

void declare_run(CLI::App& command, Arguments& arguments) {
  command.add_flag("--once", arguments.run.once,
                   "reach the position the source has now in all views, then stop");
  command.add_option("--until", arguments.run.until, "stop with every view exactly at this LSN")
      ->type_name("LSN");
}

void declare_status(CLI::App& command, Arguments& arguments) {
  command.add_flag("--watch", arguments.status.watch, "again each second");
}

void declare_rebuild(CLI::App& command, Arguments& arguments) {
  command.add_option("VIEW", arguments.rebuild.views, "views of the project");
  command.add_flag("--all", arguments.rebuild.all, "every view");
  command
      .add_option("--from", arguments.rebuild.from,
                  "journal (source is not available in this version)")
      ->check(CLI::IsMember({"journal", "source"}));
  command.add_flag("--wait", arguments.rebuild.wait, "until it is done, with progress");
  command.add_flag("--cancel", arguments.rebuild.cancel, "cancel a running rebuild");
}

void declare_verify(CLI::App& command, Arguments& arguments) {
  command.add_option("VIEW", arguments.verify.views, "views of the project");
  command.add_flag("--all", arguments.verify.all, "every view");
  command.add_flag("--repair", arguments.verify.repair,
                   "write corrections (not available in this version)");
  command
      .add_option("--limit", arguments.verify.limit, "differing keys to print, at most 1000 (20)")
      ->check(CLI::Range(0, 1000).description(""))
      ->type_name("N");
}

// clang-format off
constexpr Command commands[] = {
    {"init"},
    {"doctor"},
    {"lock"},
    {"check", "[--deny-warnings]",
     "load and bind all views; compare them with what PostgreSQL says of them", declare_check,
     [](const Arguments& given) { return check(given.common, given.check); }},
    {"explain", "VIEW [--format text|json]",
     "how a view is maintained: operators, keys, cost", declare_explain,
     [](const Arguments& given) { return explain(given.common, given.explain); }},
    {"graph"},
    {"test"},
    {"plan"},
    {"apply"},
    {"run", "[--once] [--until LSN]", "the service, in the foreground", declare_run,
     [](const Arguments& given) { return run(given.common, given.run); }},
    {"status", "[--watch]", "conditions, positions and lag of the running service", declare_status,
     [](const Arguments& given) { return status(given.common, given.status); }},
    {"rebuild", "VIEW... | --all [--wait] [--cancel]",
     "build views anew from the journal; the old rows are served until the swap", declare_rebuild,
     [](const Arguments& given) { return rebuild(given.common, given.rebuild); }},
    {"rollback"},
    {"verify", "VIEW... | --all [--limit N]",
     "compare views with their SQL run by PostgreSQL at the same position", declare_verify,
     [](const Arguments& given) { return verify(given.common, given.verify); }},
    {"query"},
    {"tail"},
    {"log"},
    {"replay"},
    {"teardown"},
    {"support-bundle"},
    {"completion"},
    {"version", "", "versions of Deltamill and its libraries", nullptr,
     [](const Arguments& given) { return version(given.common); }},
};
// clang-format on

}  // namespace

std::span<const Command> command_table() {
  return commands;
}

const Command* find_command(std::string_view name) {
  const auto found = std::ranges::find(command_table(), name, &Command::name);
  return found == command_table().end() ? nullptr : &*found;
}

}  // namespace deltamill
