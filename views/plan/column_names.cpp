// Names a column by the table or view that it is read from, following it down the plan.
#include "views/plan/column_names.h"

#include <algorithm>

namespace deltamill {

std::string origin_of_column(const PlanNode& plan, std::uint32_t ordinal) {
  const auto through = [&](const PlanPtr& input, const ExpressionPtr& expression) {
    if (expression->kind != Expression::Kind::column) return plan.columns[ordinal].name;
    return origin_of_column(*input, expression->ordinal);
  };
  if (const auto* const scan = std::get_if<TableScan>(&plan.body))
    return scan->table->name + "." + scan->table->columns[scan->columns[ordinal]].name;
  if (const auto* const scan = std::get_if<ViewScan>(&plan.body))
    return scan->view + "." + plan.columns[ordinal].name;
  if (const auto* const filter = std::get_if<Filter>(&plan.body))
    return origin_of_column(*filter->input, ordinal);
  if (const auto* const project = std::get_if<Project>(&plan.body))
    return through(project->input, project->outputs[ordinal]);
  if (const auto* const join = std::get_if<Join>(&plan.body)) {
    const auto width = static_cast<std::uint32_t>(join->left->columns.size());
    return ordinal < width ? origin_of_column(*join->left, ordinal)
                           : origin_of_column(*join->right, ordinal - width);
  }
  const auto* const aggregate = std::get_if<Aggregate>(&plan.body);
  if (aggregate != nullptr && ordinal < aggregate->keys.size())
    return through(aggregate->input, aggregate->keys[ordinal]);
  return plan.columns[ordinal].name;
}

std::string name_of_column(const PlanNode& plan, std::uint32_t ordinal) {
  const std::string& name = plan.columns[ordinal].name;
  const auto having = std::ranges::count_if(
      plan.columns, [&](const Column& column) { return column.name == name; });
  return having == 1 ? name : origin_of_column(plan, ordinal);
}

}  // namespace deltamill
