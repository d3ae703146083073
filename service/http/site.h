// What the handlers share: the process behind HTTP, the view store, and the limits of answering.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "service/http/answer.h"
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
  // Answers too large to be made at once, open at the same time: each holds a connection to the
  // store until its client has taken it, so the store has this many more than there are handlers.
  std::size_t large_answers_max = 40;
  std::chrono::milliseconds large_answer_timeout{300'000};  // for such an answer as a whole
  // Told of what a client only sees as `internal`; called by any thread.
  std::function<void(const std::string& what)> report_failure = [](const std::string&) {};
};

// A request on its way to a handler.
struct Call {
  const Request& request;
  Listener listener;
  std::vector<std::string> arguments;  // what stands for the {…} of the route's pattern, decoded
};

// One of so many that may be; given back when it is destroyed.
struct GiveBack {
  void operator()(std::atomic<std::size_t>* taken) const { --*taken; }
};
using Permit = std::unique_ptr<std::atomic<std::size_t>, GiveBack>;

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

  // Goes on with `then` once the store's frontier has reached the position, at once if it has.
  // `behind` is thrown where `then` would have been called if the patience ends before that.
  [[nodiscard]] Answer after(Lsn position, std::chrono::seconds patience,
                             std::function<Answer()> then);

  // Nothing = as many large answers as may be are open.
  [[nodiscard]] Permit permit_large_answer();

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
  std::atomic<std::size_t> large_answers_{0};
};

// 503 `behind`, with the moment to ask again.
[[nodiscard]] Problem behind_problem(Lsn lsn);

}  // namespace deltamill
