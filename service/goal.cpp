// Whether a run with a goal (--once, --until) has reached it, missed it or passed it.
#include "service/goal.h"

#include <algorithm>

namespace deltamill {

GoalState state_of(const Goal& goal, Frontier stored, std::span<const Board::View> views,
                   std::span<const Board::Sink> sinks) {
  if (!goal.given()) return GoalState::under_way;
  if (goal.until && stored > *goal.until) return GoalState::passed;
  if (std::ranges::any_of(views, &Board::View::stopped)) return GoalState::missed;
  if (std::ranges::find(sinks, SinkCondition::failed, &Board::Sink::condition) != sinks.end())
    return GoalState::missed;
  // A view whose old generation still serves while the new one loads has not reached the goal.
  const bool all_live = std::ranges::all_of(
      views, [](const Board::View& view) { return view.condition == Condition::live; });
  return all_live && stored.has_reached(goal.lsn()) ? GoalState::reached : GoalState::under_way;
}

}  // namespace deltamill
