// run: the service in the foreground, ended by signals.
#include <sys/stat.h>
#include <unistd.h>

#include <condition_variable>
#include <csignal>
#include <filesystem>
#include <memory>
#include <mutex>
#include <thread>

#include "service/cli/commands.h"
#include "service/cli/complain.h"
#include "service/cli/print_diagnostics.h"
#include "service/cli/progress.h"
#include "service/run_file.h"
#include "service/service.h"
#include "service/source/source_failed.h"

namespace deltamill {

namespace {

// Longer than everything takes that is not stuck, shorter than what is promised.
constexpr std::chrono::seconds stop_patience(9);

// Waits for SIGINT and SIGTERM on a thread of its own: the first asks for a clean stop, the second
// ends at once. A stop that takes too long ends too: the next start goes on from what is durable.
class SignalThread {
 public:
  // REQUIRES: no other thread was started yet, so that all of them inherit the mask.
  SignalThread(const CommonOptions& common, std::filesystem::path state)
      : common_(common), state_(std::move(state)) {
    sigemptyset(&signals_);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1}) sigaddset(&signals_, signal);
    // Blocked in every thread and taken by sigwait in one: no handler ever runs, so none has to be
    // careful.
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    // A client that went away is an error of write(), not a signal.
    std::signal(SIGPIPE, SIG_IGN);
    thread_ = std::thread([this] { loop(); });
  }
  ~SignalThread() {
    ended_ = true;
    // Wakes sigwait; `ended_` says why.
    pthread_kill(thread_.native_handle(), SIGUSR1);
    thread_.join();
  }

  [[nodiscard]] std::stop_token token() const { return stop_.get_token(); }

 private:
  // 0 = the patience is over.
  int next_signal() {
    int signal = 0;
    if (!stop_.stop_requested()) {
      sigwait(&signals_, &signal);
      return signal;
    }
    const auto left = std::max(give_up_at_ - std::chrono::steady_clock::now(),
                               std::chrono::steady_clock::duration::zero());
    const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
    const timespec timeout{seconds.count(), std::chrono::nanoseconds(left - seconds).count()};
    return std::max(sigtimedwait(&signals_, nullptr, &timeout), 0);
  }

  void give_up() {
    complain(common_, "something did not stop in time; the next start goes on from here");
    if (const auto run_file = read_run_file(state_); run_file && run_file->pid == ::getpid())
      remove_run_file(state_);
    // Without destructors: something is stuck, and they would wait for it. What is durable is all
    // that the next start needs.
    ::_exit(static_cast<int>(ExitCode::done));
  }

  void loop() {
    while (true) {
      const int signal = next_signal();
      if (ended_) return;
      if (signal == 0) {
        if (std::chrono::steady_clock::now() >= give_up_at_) give_up();
        continue;
      }
      if (signal == SIGHUP) {
        complain(common_, "re-reading the files on SIGHUP is not available in this version");
        continue;
      }
      if (signal == SIGUSR1) continue;
      if (stop_.stop_requested()) ::_exit(1);
      give_up_at_ = std::chrono::steady_clock::now() + stop_patience;
      stop_.request_stop();
    }
  }

  const CommonOptions& common_;
  const std::filesystem::path state_;
  sigset_t signals_{};
  std::chrono::steady_clock::time_point give_up_at_;  // once a stop was requested
  std::stop_source stop_;
  std::atomic<bool> ended_ = false;
  std::thread thread_;
};

void pause(std::chrono::milliseconds duration, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_for(lock, stop, duration, [] { return false; });
}

// Asks the source until it answers; nothing = stopped, or --once and it did not answer.
std::optional<ResolvedProject> resolve_patiently(ResolvedProject project, bool once, Trace& trace,
                                                 const std::stop_token& stop) {
  auto delay = std::chrono::milliseconds(200);
  const Diagnostics of_files = project.diagnostics;
  while (!stop.stop_requested()) {
    try {
      // An attempt that broke off may have left some of its own.
      project.diagnostics = of_files;
      resolve_deployment(project);
      return project;
    } catch (const SourceFailed& failed) {
      trace.event(TraceLevel::error, "source.failed", failed.what());
      if (once || !failed.retryable()) return std::nullopt;
    }
    pause(delay, stop);
    delay = std::min(delay * 2, std::chrono::milliseconds(10'000));
  }
  return std::nullopt;
}

ExitCode run_service(ResolvedProject project, const CommonOptions& common, ServiceOptions options,
                     const std::stop_token& stop) {
  TraceSettings trace_settings = project.files.settings.trace;
  if (common.json) trace_settings.format = TraceFormat::json;
  Trace trace(trace_settings);
  std::optional<ResolvedProject> resolved =
      resolve_patiently(std::move(project), options.once, trace, stop);
  if (!resolved) return stop.stop_requested() ? ExitCode::done : ExitCode::failed;
  print_diagnostics(resolved->diagnostics, common, DiagnosticsAre::messages);
  if (!resolved->usable()) return ExitCode::invalid;

  Progress progress(progress_form(common));
  options.progress = [&](const std::string& what, std::uint64_t rows, std::uint64_t total) {
    progress.report(what, rows, total);
  };
  try {
    Service service(std::move(*resolved), std::move(options), trace);
    return service.run(stop) ? ExitCode::done : ExitCode::failed;
  } catch (const SourceFailed& failed) {
    trace.event(TraceLevel::info, "service.stopped", "gave up");
    complain(common, failed.what());  // once more for people: it may hold SQL to run
    return ExitCode::failed;
  } catch (const std::exception& failure) {
    trace.event(TraceLevel::error, "service.stopped", failure.what());
    return ExitCode::failed;
  }
}

}  // namespace

ExitCode run(const CommonOptions& common, const RunOptions& options) {
  ServiceOptions service;
  service.once = options.once;
  if (options.until) {
    const std::optional<Lsn> lsn = lsn_of(*options.until);
    if (!lsn) {
      complain(common, "\"" + *options.until + "\" is not a position", "write it as 0/16B3780");
      return ExitCode::usage;
    }
    service.until = Frontier(*lsn);
  }
  ResolvedProject project;
  project.files = load_project(common.directory, process_environment(), project.diagnostics);
  if (!project.usable()) {
    print_diagnostics(project.diagnostics, common, DiagnosticsAre::messages);
    return ExitCode::invalid;
  }
  ::umask(0077);  // the journal has rows of all columns
  const SignalThread signals(common, project.files.settings.state);
  return run_service(std::move(project), common, std::move(service), signals.token());
}

}  // namespace deltamill
