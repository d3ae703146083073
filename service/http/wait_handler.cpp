// Answers /v1/wait: when the store, one view or one sink has reached a position. Nothing is held
// while it waits but its place in the list.
#include <algorithm>
#include <optional>

#include "service/http/reading.h"
#include "service/http/target.h"
#include "service/http/view_handlers.h"

namespace deltamill {

namespace {

using SteadyClock = std::chrono::steady_clock;

// How often a view or a sink is looked at that lags behind the store: what ends that, a rebuild for
// instance, need not come with a commit.
constexpr std::chrono::milliseconds look_interval{100};

struct WaitTarget {
  Lsn lsn;
  std::optional<std::size_t> view;
  std::optional<std::string> sink;
};

WaitTarget parse_wait(Site& site, const Call& call) {
  WaitTarget target;
  std::optional<Lsn> lsn;
  for (const auto& [name, value] : parse_parameters(query_of(call.request.target))) {
    if (name == "lsn" && !lsn) {
      lsn = lsn_of(value);
      if (!lsn) throw Problem(ProblemName::bad_lsn, "\"lsn\" is a position such as 0/16B3780");
    } else if (name == "view" && !target.view) {
      target.view = site.find_view(call.listener, value);
    } else if (name == "sink" && !target.sink) {
      target.sink = value;
    } else {
      throw Problem(ProblemName::bad_query, "\"" + name + "\" is unknown or given twice");
    }
  }
  if (!lsn) throw Problem(ProblemName::bad_lsn, "\"lsn\" is missing");
  if (target.view && target.sink)
    throw Problem(ProblemName::bad_query, "\"view\" and \"sink\" exclude each other");
  target.lsn = *lsn;
  return target;
}

// The frontier of what is waited for; nothing = no such sink.
std::optional<Frontier> frontier_of_target(Site& site, const WaitTarget& target) {
  if (target.sink) {
    for (const SinkState& sink : site.status().sink_states())
      if (sink.name == *target.sink) return sink.frontier;
    return std::nullopt;
  }
  const StoreReader::Snapshot snapshot = site.open_snapshot();
  if (!target.view) return snapshot.frontier();
  const ServedView& view = site.status().views()[*target.view];
  return frontier_of(view, site.status().view_state(*target.view), snapshot);
}

Response position_response(Frontier frontier) {
  Response response;
  response.body = "{\"frontier\":\"" + to_string(frontier) + "\"}";
  response.set("Content-Type", "application/json");
  response.set("Cache-Control", "no-store");
  return response;
}

// The store is there; what is asked for may not be.
Answer answer_target(Site& site, const WaitTarget& target, SteadyClock::time_point deadline) {
  const std::optional<Frontier> frontier = frontier_of_target(site, target);
  if (!frontier) throw Problem(ProblemName::bad_query, "there is no sink \"" + *target.sink + "\"");
  if (frontier->has_reached(target.lsn)) return position_response(*frontier);
  const SteadyClock::time_point now = SteadyClock::now();
  if (now >= deadline || site.positions().stopping()) throw behind_problem(target.lsn);
  return Waiting{{std::nullopt, std::min(deadline, now + look_interval)},
                 [&site, target, deadline] { return answer_target(site, target, deadline); }};
}

}  // namespace

Answer wait_for_position(Site& site, const Call& call) {
  const WaitTarget target = parse_wait(site, call);
  const std::chrono::seconds patience =
      parse_preferences(call.request.header("Prefer").value_or("")).patience();
  const SteadyClock::time_point deadline = SteadyClock::now() + patience;
  return site.after(target.lsn, patience,
                    [&site, target, deadline] { return answer_target(site, target, deadline); });
}

}  // namespace deltamill
