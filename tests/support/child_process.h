// A program run by a test. It never outlives the test: not when the object is destroyed, and not
// when the test itself is killed.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace deltamill {

struct Command {
  std::vector<std::string> arguments;  // the first is the path of the binary
  std::vector<std::pair<std::string, std::string>> environment = {};  // added to ours
  std::filesystem::path output = "/dev/null";                         // stdout, appended
  std::filesystem::path messages = {};  // stderr, appended; empty: same as output
  std::filesystem::path directory = "/";
  bool as_postgres = false;   // as the unprivileged user postgres when we are root
  int last_signal = SIGKILL;  // what it gets when the object or this process ends
};

class ChildProcess {
 public:
  // REQUIRES: called by a thread that lives as long as the child may, such as the main thread; the
  // kernel ends the child with the thread that started it.
  // Throws std::system_error when no process can be made; a missing binary is exit code 127.
  explicit ChildProcess(const Command& program);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] bool running();
  // Does nothing once it has ended.
  void signal(int number);
  // Exit code, or 128 + the signal that ended it; nothing = still running after `limit`.
  [[nodiscard]] std::optional<int> wait(std::chrono::milliseconds limit);

 private:
  pid_t pid_ = -1;
  int last_signal_;
  std::optional<int> exit_code_;
};

// What a program that ran to its end said.
struct Outcome {
  int exit_code = 0;
  std::string output;
  std::string messages;
};

// Runs a program to its end; `output` and `messages` of the program are replaced. Throws
// std::runtime_error when it takes longer than `limit`.
[[nodiscard]] Outcome run_to_end(Command program,
                                 std::chrono::milliseconds limit = std::chrono::seconds(60));

}  // namespace deltamill
