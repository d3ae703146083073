// A PostgreSQL server of a test: its own data directory below /tmp, a free port of loopback,
// stopped and removed with the object.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/child_process.h"
#include "tests/support/temporary_directory.h"

namespace deltamill {

// How the server is asked to stop: fast lets it write a checkpoint, immediate is a crash.
enum class StopMode : int { fast = SIGINT, immediate = SIGQUIT };

class PostgresCluster {
 public:
  // Initialises and starts it. `settings`: "name=value", added to those that make it a source.
  explicit PostgresCluster(std::vector<std::string> settings = {});

  // Makes an empty database and gives the URL of it.
  [[nodiscard]] std::string create_database(const std::string& name);
  [[nodiscard]] std::string url(const std::string& database) const;
  [[nodiscard]] std::uint16_t port() const { return port_; }

  // Gives how long it took to end.
  std::chrono::milliseconds stop(StopMode mode);
  // On the same port. Waits until it accepts connections.
  void start();

 private:
  void initialise();
  [[nodiscard]] bool try_to_start();

  TemporaryDirectory directory_;
  std::vector<std::string> settings_;
  std::uint16_t port_ = 0;
  std::unique_ptr<ChildProcess> server_;
};

}  // namespace deltamill
