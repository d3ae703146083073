// Runs the list of passes and checks after each that the output columns are still the same.
#include "views/plan/rewrite.h"

#include <array>
#include <string>
#include <string_view>

#include "views/data/check.h"
#include "views/plan/rules/column_pruning.h"
#include "views/plan/rules/constant_folding.h"
#include "views/plan/rules/outer_join_simplification.h"
#include "views/plan/rules/predicate_pushdown.h"
#include "views/plan/rules/projection_merging.h"

namespace deltamill {

namespace {

struct Pass {
  std::string_view name;
  PlanPtr (*run)(const PlanPtr& plan);
};

// In the order in which they run. Folding first, so that a condition that is always true is seen as
// none; outer joins before pushdown, since a condition goes further down an inner join; pruning
// last, when no rule asks for more columns any more.
constexpr std::array passes{
    Pass{"constant_folding", fold_plan_constants},
    Pass{"outer_join_simplification", simplify_outer_joins},
    Pass{"predicate_pushdown", push_predicates_down},
    Pass{"projection_merging", merge_projections},
    Pass{"column_pruning", prune_unused_columns},
    // Pruning leaves projections that only rename or do nothing.
    Pass{"projection_merging", merge_projections},
};

void check_columns(const PlanNode& before, const PlanNode& after, std::string_view pass) {
  DM_CHECK(before.columns.size() == after.columns.size(),
           std::string(pass) + " changed the number of columns");
  for (std::size_t i = 0; i < before.columns.size(); ++i) {
    DM_CHECK(before.columns[i].type == after.columns[i].type,
             std::string(pass) + " changed the type of " + before.columns[i].name);
    DM_CHECK(before.columns[i].name == after.columns[i].name,
             std::string(pass) + " renamed " + before.columns[i].name);
  }
}

}  // namespace

PlanPtr rewrite(const PlanPtr& plan) {
  PlanPtr current = plan;
  for (const Pass& pass : passes) {
    PlanPtr next = pass.run(current);
    check_columns(*current, *next, pass.name);
    current = std::move(next);
  }
  return current;
}

}  // namespace deltamill
