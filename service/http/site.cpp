// The views as the two listeners see them, and the bounded number of waiting requests.
#include "service/http/site.h"

#include <xxhash.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "service/http/deadline.h"

namespace deltamill {
namespace {

QueriedView queried_view(const ServedView& view, bool all_columns) {
  QueriedView queried{view.name, view.columns, {}, view.key, view.time_zones};
  for (const Column& column : view.columns)
    queried.visible.push_back(all_columns || view.served_columns.empty() ||
                              std::find(view.served_columns.begin(), view.served_columns.end(),
                                        column.name) != view.served_columns.end());
  return queried;
}

std::uint64_t definition_hash(const ServedView& view, const QueriedView& queried) {
  std::string text = view.name;
  const auto add = [&text](std::string_view part) {
    text += '\0';
    text += part;
  };
  for (std::size_t i = 0; i < view.columns.size(); ++i) {
    add(view.columns[i].name);
    add(format_type(view.columns[i].type));
    add(view.columns[i].nullable ? "null" : "not null");
    add(queried.visible[i] ? "visible" : "hidden");
  }
  add(view.key ? "key" : "no key");
  if (view.key)
    for (const std::uint32_t column : *view.key) add(std::to_string(column));
  add(view.definition);
  return XXH3_64bits(text.data(), text.size());
}

constexpr auto poll_interval = std::chrono::milliseconds(10);

Problem too_many_wait() {
  return {ProblemName::overloaded, "too many requests wait for a position"};
}

// Holds a place among the waiting requests.
class WaitingPlace {
 public:
  WaitingPlace(std::atomic<std::size_t>& waiting, std::size_t waiting_max)
      : waiting_(waiting), taken_(waiting.fetch_add(1) < waiting_max) {}
  ~WaitingPlace() { waiting_.fetch_sub(1); }
  WaitingPlace(const WaitingPlace&) = delete;
  WaitingPlace& operator=(const WaitingPlace&) = delete;
  [[nodiscard]] bool taken() const { return taken_; }

 private:
  std::atomic<std::size_t>& waiting_;
  bool taken_;
};

}  // namespace

Site::Site(StatusPage& status, Positions& positions, JobDesk& jobs, StoreReader& store,
           SiteOptions options)
    : status_(status),
      positions_(positions),
      jobs_(jobs),
      store_(store),
      options_(std::move(options)) {
  const std::vector<ServedView>& views = status.views();
  for (std::size_t offset = 0; offset < views.size(); ++offset) {
    offsets_.emplace(views[offset].name, offset);
    for (const bool all_columns : {false, true}) {
      QueriedView queried = queried_view(views[offset], all_columns);
      const std::uint64_t definition = definition_hash(views[offset], queried);
      (all_columns ? admin_views_ : open_views_).push_back({std::move(queried), definition});
    }
  }
}

bool Site::exists(Listener listener, std::size_t view) const {
  return listener == Listener::admin || status_.views()[view].served;
}

std::size_t Site::find_view(Listener listener, const std::string& name) const {
  const auto found = offsets_.find(name);
  if (found == offsets_.end() || !exists(listener, found->second))
    throw Problem(ProblemName::unknown_view, "there is no view \"" + name + "\"");
  return found->second;
}

const QueriedView& Site::queried(Listener listener, std::size_t view) const {
  return (listener == Listener::admin ? admin_views_ : open_views_)[view].queried;
}

std::uint64_t Site::definition(Listener listener, std::size_t view) const {
  return (listener == Listener::admin ? admin_views_ : open_views_)[view].definition;
}

void Site::wait_until(std::chrono::steady_clock::time_point deadline,
                      const std::function<bool()>& settled) {
  if (settled()) return;
  const WaitingPlace place(waiting_, options_.waiting_max);
  if (!place.taken()) throw too_many_wait();
  while (std::chrono::steady_clock::now() < deadline && !positions_.stopping()) {
    std::this_thread::sleep_for(poll_interval);
    if (settled()) break;
  }
}

void Site::wait_for(Lsn lsn, std::chrono::seconds patience) {
  const auto now = std::chrono::steady_clock::now();
  if (positions_.wait_for(lsn, now)) return;
  const WaitingPlace place(waiting_, options_.waiting_max);
  if (!place.taken()) throw too_many_wait();
  if (positions_.wait_for(lsn, now + patience)) return;
  throw behind_problem(lsn);
}

StoreReader::Snapshot Site::open_snapshot() {
  return store_.open(deadline_of(options_.query_timeout));
}

Problem behind_problem(Lsn lsn) {
  Problem problem{ProblemName::behind, "position " + to_string(lsn) + " is not reached yet"};
  problem.headers.push_back({"Retry-After", "1"});
  return problem;
}

}  // namespace deltamill
