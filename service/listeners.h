// The public and the operator's listener, and run.json, which says where they are.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <string>

#include "service/clock.h"
#include "service/configuration/settings.h"
#include "service/http/server.h"
#include "service/http/site.h"
#include "service/telemetry/metrics.h"
#include "service/telemetry/trace.h"

namespace deltamill {

class Listeners {
 public:
  // Threads that read for requests; what waits, for a position or for a slow client, holds none.
  static constexpr std::size_t public_threads = 32;
  static constexpr std::size_t admin_threads = 8;
  static constexpr std::size_t public_large_answers = 32;
  static constexpr std::size_t admin_large_answers = 4;
  // A reading thread holds one at a time, a large answer one until it is sent.
  static constexpr std::size_t store_connections =
      public_threads + admin_threads + public_large_answers + admin_large_answers;

  struct Parts {
    const Clock& clock;
    const Settings& settings;
    Metrics& metrics;
    Trace& trace;
    StatusPage& status;
    Positions& positions;
    JobDesk& jobs;
    StoreReader& store;
  };

  // Throws std::runtime_error when an address cannot be listened on.
  explicit Listeners(Parts parts);
  // Answers what it has received. REQUIRES: what waits for positions has been told to stop.
  ~Listeners();

 private:
  [[nodiscard]] std::unique_ptr<Site> make_site(std::size_t large_answers_max);
  [[nodiscard]] std::unique_ptr<Server> listen(const std::string& address, Listener listener,
                                               Site& site, std::size_t handler_threads);
  void tell_where() const;

  const Parts parts_;
  std::array<std::atomic<std::size_t>, 2> connections_{};  // of the listeners
  std::unique_ptr<Site> public_site_;
  std::unique_ptr<Site> admin_site_;
  std::unique_ptr<Server> public_server_;  // nullptr: off
  std::unique_ptr<Server> admin_server_;
};

}  // namespace deltamill
