// The views as each of the two listeners shows them, and waiting for a position of the store.
#include "service/http/site.h"

#include <xxhash.h>

#include <algorithm>
#include <utility>

#include "service/http/deadline.h"

namespace deltamill {

namespace {

QueriedView queried_view(const ServedView& view, bool all_columns) {
  QueriedView queried{view.name, view.columns, {}, view.key, view.time_zones};
  for (const Column& column : view.columns)
    queried.visible.push_back(all_columns || view.served_columns.empty() ||
                              std::ranges::find(view.served_columns, column.name) !=
                                  view.served_columns.end());
  return queried;
}

// Into entity tags and page tokens: after a change of what a caller sees, those of before match no
// more. Parts are separated by a byte that no name holds.
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
    // Made once for both listeners; requests only look up.
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
    // A view that is not served is as unknown as one that is not there.
    throw Problem(ProblemName::unknown_view, "there is no view \"" + name + "\"");
  return found->second;
}

const QueriedView& Site::queried(Listener listener, std::size_t view) const {
  return (listener == Listener::admin ? admin_views_ : open_views_)[view].queried;
}

std::uint64_t Site::definition(Listener listener, std::size_t view) const {
  return (listener == Listener::admin ? admin_views_ : open_views_)[view].definition;
}

Answer Site::after(Lsn position, std::chrono::seconds patience, std::function<Answer()> then) {
  if (positions_.store_frontier().has_reached(position)) return then();
  // An idle source would tell of it with its next keepalive only.
  positions_.request_position(position);
  return Waiting{{position, std::chrono::steady_clock::now() + patience},
                 [this, position, then = std::move(then)] {
                   if (!positions_.store_frontier().has_reached(position))
                     throw behind_problem(position);
                   return then();
                 }};
}

// Counts first and looks then, so that two who come together do not both get the last.
Permit Site::permit_large_answer() {
  Permit permit(&large_answers_);
  if (++large_answers_ > options_.large_answers_max) return nullptr;
  return permit;
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
