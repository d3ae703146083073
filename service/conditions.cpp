// Decides and shows the condition of each view: live, loading, stale or failed. A view that reads a
// stopped view stops with it, since what it would follow stands still.
#include "service/conditions.h"

#include <algorithm>

#include "service/http/deadline.h"
#include "service/pipeline/view_tables.h"

namespace deltamill {

void Conditions::show_all() {
  for (std::uint32_t view = 0; view < view_count(); ++view) show(view);
}

void Conditions::show(std::uint32_t view) {
  const Sinks::Standing standing = parts_.sinks.standing_of(view);
  // Rows of the present definition and history are behind, not wrong: the engine begins with them.
  if (standing.current) return parts_.board.set(view, Condition::live);
  if (standing.readable)
    parts_.board.set(view, Condition::stale, "being loaded anew");
  else
    parts_.board.set(view, Condition::loading);
  hold_lag(view);
}

// The age of what the view does not contain grows from here on.
void Conditions::hold_lag(std::uint32_t view) {
  const StoreReader::Snapshot snapshot =
      parts_.store.open(deadline_of(parts_.settings.serve.query_timeout));
  const std::string& name = name_of(view);
  if (!snapshot.table(name).empty()) parts_.positions.lag().hold(snapshot.view_frontier(name));
}

std::vector<std::uint32_t> Conditions::begin() {
  std::vector<std::uint32_t> views;
  for (std::uint32_t view = 0; view < view_count(); ++view) {
    if (parts_.board.view(view).stopped) continue;
    views.push_back(view);
    show(view);
    if (parts_.sinks.standing_of(view).current) continue;
    {
      // Tell again when it is live: it was not, in between.
      const MutexLock lock(mutex_);
      told_live_[view] = false;
    }
    parts_.trace.event(TraceLevel::info, "view.loading", "loading from the journal",
                       {{"view", name_of(view)}});
  }
  return views;
}

void Conditions::stop(std::uint32_t view, const std::string& reason) {
  for (std::uint32_t reader = 0; reader < view_count(); ++reader) {
    if (!reads(reader, view)) continue;
    // Everything that was committed before stays; what comes after is not for this view.
    for (SinkFollower* const sink : parts_.sinks.keepers_of(reader)) sink->stop_view(reader);
    // Rows that are right for a stated frontier go on being served; without any the view has
    // failed.
    const bool readable = parts_.sinks.standing_of(reader).readable;
    hold_lag(reader);
    parts_.board.stop(reader, readable ? Condition::stale : Condition::failed, reason);
    parts_.trace.event(TraceLevel::error, "view.stale", reason, {{"view", name_of(reader)}});
  }
}

void Conditions::resume(std::uint32_t view) {
  for (std::uint32_t related = 0; related < view_count(); ++related)
    if (parts_.board.view(related).stopped && (reads(related, view) || reads(view, related)))
      show(related);
}

// Directly or through others; every view reads itself.
bool Conditions::reads(std::uint32_t reader, std::uint32_t view) const {
  const std::vector<BoundView> bound = parts_.deployment.bound_views();
  const std::vector<BoundView> needs = with_dependencies(bound[reader], bound);
  return std::ranges::find(needs, bound[view].name, &BoundView::name) != needs.end();
}

std::map<std::uint32_t, std::string> Conditions::lacking_children(
    const std::vector<InheritedTable>& tables) const {
  std::map<std::uint32_t, std::string> views;
  for (const auto& table : parts_.deployment.tables()) {
    const auto inherited = std::ranges::find(tables, table->oid, &InheritedTable::table);
    if (inherited == tables.end()) continue;
    const std::string name = table->schema + "." + table->name;
    for (std::uint32_t view = 0; view < view_count(); ++view)
      if (!parts_.board.view(view).stopped &&
          parts_.deployment.views[view].binding.read_without_only.contains(table->oid))
        views.emplace(view, "table " + name + " is inherited by " + inherited->child +
                                ", whose rows are not read in this version; write ONLY " + name +
                                ", or end the inheritance and rebuild the view");
  }
  return views;
}

void Conditions::live(const std::vector<std::uint32_t>& views, bool activated_now) {
  for (const std::uint32_t view : views) {
    if (activated_now) activated(view);
    parts_.board.set(view, Condition::live);
    const MutexLock lock(mutex_);
    if (!told_live_[view])
      parts_.trace.event(TraceLevel::info, "view.live", "following", {{"view", name_of(view)}});
    told_live_[view] = true;
  }
}

void Conditions::activated(std::uint32_t view) {
  parts_.trace.event(TraceLevel::info, "view.activated", "readers see a new generation",
                     {{"view", name_of(view)}});
}

}  // namespace deltamill
