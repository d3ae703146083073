// The commands and what each was asked to do. command_table names them, command_line reads what was
// asked for, the other files of this directory do it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace deltamill {

// Exit codes, the same for every command.
enum class ExitCode : int {
  done = 0,
  failed = 1,
  usage = 2,
  difference = 4,
  not_ready = 5,
  invalid = 78,
  interrupted = 130,
};

struct CommonOptions {
  std::string directory = ".";  // -C, DELTAMILL_DIR
  std::string admin;            // --admin, DELTAMILL_ADMIN; empty: run.json, then admin.listen
  bool json = false;
  bool color = false;  // after looking at --no-color, NO_COLOR and the terminal
  bool quiet = false;
};

struct CheckOptions {
  bool offline = false;
  bool deny_warnings = false;
};

struct ExplainOptions {
  std::string view;
  std::string format = "text";
};

struct RunOptions {
  bool once = false;
  std::optional<std::string> until;
};

struct StatusOptions {
  bool watch = false;
};

struct RebuildOptions {
  std::vector<std::string> views;
  bool all = false;
  std::string from = "journal";
  bool wait = false;
  bool cancel = false;
};

struct VerifyOptions {
  std::vector<std::string> views;
  bool all = false;
  bool repair = false;
  std::uint64_t limit = 20;
};

// What a command line asks for; of the options only those of its command are filled in.
struct Arguments {
  CommonOptions common;
  CheckOptions check;
  ExplainOptions explain;
  RunOptions run;
  StatusOptions status;
  RebuildOptions rebuild;
  VerifyOptions verify;
};

[[nodiscard]] ExitCode check(const CommonOptions& common, const CheckOptions& options);
[[nodiscard]] ExitCode explain(const CommonOptions& common, const ExplainOptions& options);
[[nodiscard]] ExitCode run(const CommonOptions& common, const RunOptions& options);
[[nodiscard]] ExitCode status(const CommonOptions& common, const StatusOptions& options);
[[nodiscard]] ExitCode rebuild(const CommonOptions& common, const RebuildOptions& options);
[[nodiscard]] ExitCode verify(const CommonOptions& common, const VerifyOptions& options);
[[nodiscard]] ExitCode version(const CommonOptions& common);

}  // namespace deltamill
