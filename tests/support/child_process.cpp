// fork and exec; between the two only calls that are safe beside other threads.
#include "tests/support/child_process.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "tests/support/temporary_directory.h"

namespace deltamill {

namespace {

constexpr int exit_not_started = 127;

// Everything the child needs between fork and exec, prepared before.
struct Prepared {
  std::vector<std::string> environment;
  std::vector<char*> arguments;
  std::vector<char*> variables;
  std::string output;
  std::string messages;
  std::string directory;
  uid_t user = 0;
  gid_t group = 0;
  bool change_user = false;
};

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

Prepared prepare(const Command& program, std::vector<std::string>& arguments) {
  Prepared prepared;
  arguments = program.arguments;
  prepared.arguments = pointers_to(arguments);
  for (char** variable = environ; *variable != nullptr; ++variable)
    prepared.environment.emplace_back(*variable);
  for (const auto& [name, value] : program.environment)
    prepared.environment.push_back(name + "=" + value);
  prepared.variables = pointers_to(prepared.environment);
  prepared.output = program.output.string();
  prepared.messages = program.messages.string();
  prepared.directory = program.directory.string();
  if (program.as_postgres && ::geteuid() == 0) {
    const passwd* const user = ::getpwnam("postgres");
    if (user == nullptr) throw std::runtime_error("there is no user postgres");
    prepared.user = user->pw_uid;
    prepared.group = user->pw_gid;
    prepared.change_user = true;
  }
  return prepared;
}

[[noreturn]] void become(const Prepared& prepared, int last_signal, pid_t parent) {
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  const int output = ::open(prepared.output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  const int messages = prepared.messages.empty()
                           ? output
                           : ::open(prepared.messages.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  const int input = ::open("/dev/null", O_RDONLY);
  ::dup2(input, STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(messages, STDERR_FILENO);
  ::close_range(3, ~0U, 0);
  if (::chdir(prepared.directory.c_str()) != 0) ::_exit(exit_not_started);
  if (prepared.change_user && (::setgroups(0, nullptr) != 0 || ::setgid(prepared.group) != 0 ||
                               ::setuid(prepared.user) != 0))
    ::_exit(exit_not_started);
  ::prctl(PR_SET_PDEATHSIG, last_signal);  // after the change of user, which resets it
  if (::getppid() != parent) ::_exit(exit_not_started);
  ::execve(prepared.arguments[0], prepared.arguments.data(), prepared.variables.data());
  ::_exit(exit_not_started);
}

}  // namespace

ChildProcess::ChildProcess(const Command& program) : last_signal_(program.last_signal) {
  std::vector<std::string> arguments;
  const Prepared prepared = prepare(program, arguments);
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "cannot fork");
  if (pid_ == 0) become(prepared, last_signal_, parent);
}

ChildProcess::~ChildProcess() {
  if (!running()) return;
  signal(last_signal_);
  if (wait(std::chrono::seconds(20))) return;
  signal(SIGKILL);
  (void)wait(std::chrono::seconds(20));
}

bool ChildProcess::running() {
  return !wait(std::chrono::milliseconds(0));
}

void ChildProcess::signal(int number) {
  if (running()) ::kill(pid_, number);
}

std::optional<int> ChildProcess::wait(std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!exit_code_) {
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) {
      exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      break;
    }
    if (std::chrono::steady_clock::now() >= deadline) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return exit_code_;
}

Outcome run_to_end(Command program, std::chrono::milliseconds limit) {
  const TemporaryDirectory directory("outcome");
  program.output = directory.path() / "output";
  program.messages = directory.path() / "messages";
  write_file(program.output, "");
  write_file(program.messages, "");
  std::filesystem::permissions(program.output, std::filesystem::perms::all);
  std::filesystem::permissions(program.messages, std::filesystem::perms::all);
  ChildProcess process(program);
  const std::optional<int> exit_code = process.wait(limit);
  Outcome outcome{exit_code.value_or(-1), read_file(program.output), read_file(program.messages)};
  if (!exit_code)
    throw std::runtime_error(program.arguments[0] + " did not end in time: " + outcome.messages);
  return outcome;
}

}  // namespace deltamill
