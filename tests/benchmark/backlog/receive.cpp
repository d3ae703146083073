// A contender of the backlog benchmark: our receiver and journal without an engine. Reads the
// change log from the project's slot until everything below a position is durable in journal.db.
//
//   benchmark_receive PROJECT LSN        prints: changes N transactions N
#include <fmt/format.h>

#include <condition_variable>
#include <exception>
#include <iostream>
#include <mutex>

#include "service/journal/journal.h"
#include "service/source/source.h"
#include "tests/benchmark/backlog/usable_project.h"

namespace deltamill {

namespace {

// Waits until the journal has reached a position or the source has ended.
class Arrival {
 public:
  explicit Arrival(Frontier goal) : goal_(goal) {}

  void reached(Frontier durable) {
    const std::lock_guard lock(mutex_);
    done_ = done_ || durable >= goal_;
    changed_.notify_all();
  }
  void failed(std::exception_ptr reason) {
    const std::lock_guard lock(mutex_);
    failure_ = std::move(reason);
    changed_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return done_ || failure_; });
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  const Frontier goal_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;           // guarded by mutex_
  std::exception_ptr failure_;  // guarded by mutex_
};

void receive(const std::string& directory, Frontier goal) {
  const ResolvedProject project = usable_project(directory);
  const Settings& settings = project.files.settings;
  SystemClock clock;
  const std::unique_ptr<Journal> journal =
      open_journal((settings.state / "journal.db").string(), clock, {});
  Arrival arrival(goal);
  journal->on_durable([&](Frontier durable) { arrival.reached(durable); });
  arrival.reached(journal->durable());

  SourceOptions options;
  options.url = settings.source.url;
  options.slot = settings.source.slot;
  options.publication = settings.source.publication;
  SourceHandlers handlers;
  handlers.on_end = [&](std::exception_ptr reason) { arrival.failed(std::move(reason)); };
  handlers.on_trouble = [](const std::string& message) { std::cerr << message << "\n"; };
  handlers.on_progress = [](const SourceProgress&) {};
  Source source(options, *journal, clock, handlers);
  (void)source.prepare({.tables = project.deployment.tables(),
                        .read_without_only = project.deployment.read_without_only(),
                        .new_history = false});
  source.start();
  source.request_position(goal.end());
  arrival.wait();
  source.stop();
  const SourceStatus status = source.status();
  fmt::print("changes {} transactions {}\n", status.changes, status.transactions);
}

}  // namespace

}  // namespace deltamill

int main(int argument_count, char** arguments) {
  if (argument_count != 3) {
    std::cerr << "usage: benchmark_receive PROJECT LSN\n";
    return 2;
  }
  try {
    const auto goal = deltamill::lsn_of(arguments[2]);
    if (!goal) throw std::runtime_error("the second argument is no position");
    deltamill::receive(arguments[1], deltamill::Frontier(*goal));
    return 0;
  } catch (const std::exception& failure) {
    std::cerr << "benchmark_receive: " << failure.what() << "\n";
    return 1;
  }
}
