// Which tables and views a view reads, directly or through other views: a walk over their plans.
#include "service/pipeline/view_tables.h"

#include <algorithm>
#include <set>
#include <string>

#include "views/data/check.h"

namespace deltamill {

namespace {

struct Reached {
  std::set<Oid> tables;
  std::set<std::string> views;
};

void walk(const PlanNode& node, const std::vector<BoundView>& views, Reached& reached) {
  if (const auto* const table = std::get_if<TableScan>(&node.body))
    reached.tables.insert(table->table->oid);
  if (const auto* const scan = std::get_if<ViewScan>(&node.body)) {
    const auto view = std::ranges::find(views, scan->view, &BoundView::name);
    DM_CHECK(view != views.end(), "view " + scan->view + " is not among the views");
    // Each view once: several paths may lead to it.
    if (reached.views.insert(scan->view).second) walk(*view->plan, views, reached);
  }
  for (const PlanPtr& input : inputs_of(node)) walk(*input, views, reached);
}

}  // namespace

std::vector<Oid> tables_of(const BoundView& view, const std::vector<BoundView>& views) {
  Reached reached;
  walk(*view.plan, views, reached);
  return {reached.tables.begin(), reached.tables.end()};
}

std::vector<BoundView> with_dependencies(const BoundView& view,
                                         const std::vector<BoundView>& views) {
  Reached reached;
  reached.views.insert(view.name);
  walk(*view.plan, views, reached);
  // In the given order, which is one of dependency.
  std::vector<BoundView> result;
  for (const BoundView& candidate : views)
    if (reached.views.contains(candidate.name)) result.push_back(candidate);
  return result;
}

}  // namespace deltamill
