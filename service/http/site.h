// What the handlers share: the process behind HTTP, the view store, and the limits of answering.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "service/http/job_desk.h"
#include "service/http/message.h"
#include "service/http/positions.h"
#include "service/http/problem.h"
#include "service/http/row_query.h"
#include "service/http/status_page.h"
#include "sinks/sqlite/reader.h"

namespace deltamill {

enum class Listener : std::uint8_t { open, admin };  // the public one, the operator's

struct SiteOptions {
  std::size_t rows_max = 1000;                    // serve.max_rows
  std::chrono::milliseconds query_timeout{5000};  // serve.limits.query_timeout; 0 = no limit
  std::size_t waiting_max =
      48;  // requests waiting for a position at once; the rest of the threads stay free
  // Told of what a client only sees as `internal`; called by any thread.
  std::function<void(const std::string& what)> report_failure = [](const std::string&) {};
};

// A request on its way to a handler.
struct Call {
  const Request& request;
  Listener listener;
  std::vector<std::string> arguments;  // what stands for the {…} of the route's pattern, decoded
};

// Shared by all handler threads; everything in it is fixed or synchronised.
class Site {
 public:
  // All of them outlive the site.
  Site(StatusPage& status, Positions& positions, JobDesk& jobs, StoreReader& store,
       SiteOptions options);

  [[nodiscard]] StatusPage& status() { return status_; }
  [[nodiscard]] Positions& positions() { return positions_; }
  [[nodiscard]] JobDesk& jobs() { return jobs_; }
  [[nodiscard]] StoreReader& store() { return store_; }
  [[nodiscard]] const SiteOptions& options() const { return options_; }

  // Offset of a view that exists for callers of this listener.
  [[nodiscard]] std::size_t find_view(Listener listener, const std::string& name) const;
  [[nodiscard]] bool exists(Listener listener, std::size_t view) const;
  // The view as callers of this listener see it.
  [[nodiscard]] const QueriedView& queried(Listener listener, std::size_t view) const;
  // Hash of the view's name, columns, key and plan, and of what is visible of it.
  [[nodiscard]] std::uint64_t definition(Listener listener, std::size_t view) const;

  // Waits until the store's frontier is at least `lsn`. Throws `behind`, or `overloaded` when too
  // many wait.
  void wait_for(Lsn lsn, std::chrono::seconds patience);

  // Asks again and again until `settled` or the deadline; `overloaded` when too many wait.
  void wait_until(std::chrono::steady_clock::time_point deadline,
                  const std::function<bool()>& settled);

  // A snapshot with the query timeout ahead of it.
  [[nodiscard]] StoreReader::Snapshot open_snapshot();

 private:
  struct View {
    QueriedView queried;
    std::uint64_t definition = 0;
  };

  StatusPage& status_;
  Positions& positions_;
  JobDesk& jobs_;
  StoreReader& store_;
  SiteOptions options_;
  std::map<std::string, std::size_t, std::less<>> offsets_;
  std::vector<View> open_views_;
  std::vector<View> admin_views_;
  std::atomic<std::size_t> waiting_{0};
};

// 503 `behind`, with the moment to ask again.
[[nodiscard]] Problem behind_problem(Lsn lsn);

}  // namespace deltamill
