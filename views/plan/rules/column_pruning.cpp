// Top down with the set of needed columns; back up with where they are now.
#include "views/plan/rules/column_pruning.h"

#include <map>
#include <set>

#include "views/plan/build.h"
#include "views/plan/transform.h"

namespace deltamill {

namespace {

using ColumnSet = std::set<std::uint32_t>;
using Places = std::map<std::uint32_t, std::uint32_t>;  // old ordinal -> new ordinal

struct Pruned {
  PlanPtr plan;
  Places places;  // at least the needed columns
};

void add_columns(const ExpressionPtr& expression, std::uint32_t input, ColumnSet& columns) {
  if (!expression) return;
  visit_expression(*expression, [&](const Expression& node) {
    if (node.kind == Expression::Kind::column && node.input == input) columns.insert(node.ordinal);
  });
}

ExpressionPtr moved(const ExpressionPtr& expression, const Places& left, const Places& right = {}) {
  if (!expression) return nullptr;
  return substitute_columns(expression, [&](const Expression& column, const ExpressionPtr&) {
    const Places& places = column.input == 0 ? left : right;
    return make_column(column.type, column.input, places.at(column.ordinal));
  });
}

Places unchanged(std::size_t count) {
  Places places;
  for (std::uint32_t i = 0; i < count; ++i) places.emplace(i, i);
  return places;
}

ColumnSet all_columns(const PlanNode& plan) {
  ColumnSet columns;
  for (std::uint32_t i = 0; i < plan.columns.size(); ++i) columns.insert(i);
  return columns;
}

Pruned prune(const PlanPtr& plan, const ColumnSet& needed);

// Exactly the needed columns, in their old order.
PlanPtr exactly(const PlanPtr& plan, const ColumnSet& needed) {
  const Pruned pruned = prune(plan, needed);
  bool same = pruned.plan->columns.size() == needed.size();
  Expressions outputs;
  std::vector<std::string> names;
  for (const std::uint32_t column : needed) {
    const std::uint32_t place = pruned.places.at(column);
    same = same && place == outputs.size();
    outputs.push_back(make_column(plan->columns[column].type, 0, place));
    names.push_back(plan->columns[column].name);
  }
  if (!same) return make_project(pruned.plan, std::move(outputs), names);
  Columns named;
  for (const std::uint32_t column : needed) named.push_back(plan->columns[column]);
  return with_names(pruned.plan, named);
}

class Prune {
 public:
  Prune(const PlanPtr& plan, const ColumnSet& needed) : plan_(plan), needed_(needed) {}

  Pruned operator()(const TableScan& scan) const {
    TableScan kept{scan.table, {}};
    Columns columns;
    Places places;
    for (const std::uint32_t column : needed_) {
      places.emplace(column, static_cast<std::uint32_t>(columns.size()));
      kept.columns.push_back(scan.columns[column]);
      columns.push_back(plan_->columns[column]);
    }
    return {make_plan(std::move(columns), std::move(kept)), std::move(places)};
  }

  Pruned operator()(const ViewScan& /*scan*/) const { return as_it_is(); }
  Pruned operator()(const OneRow& /*row*/) const { return as_it_is(); }

  Pruned operator()(const Filter& filter) const {
    ColumnSet below = needed_;
    add_columns(filter.condition, 0, below);
    Pruned input = prune(filter.input, below);
    const ExpressionPtr condition = moved(filter.condition, input.places);
    return {make_filter(input.plan, condition), std::move(input.places)};
  }

  Pruned operator()(const Project& project) const {
    ColumnSet below;
    for (const std::uint32_t column : needed_) add_columns(project.outputs[column], 0, below);
    const Pruned input = prune(project.input, below);
    Expressions outputs;
    std::vector<std::string> names;
    Places places;
    for (const std::uint32_t column : needed_) {
      places.emplace(column, static_cast<std::uint32_t>(outputs.size()));
      outputs.push_back(moved(project.outputs[column], input.places));
      names.push_back(plan_->columns[column].name);
    }
    return {make_project(input.plan, std::move(outputs), names), std::move(places)};
  }

  Pruned operator()(const Join& join) const;
  Pruned operator()(const Aggregate& aggregate) const;

  Pruned operator()(const Distinct& distinct) const {
    const PlanPtr input = exactly(distinct.input, all_columns(*distinct.input));
    return {make_distinct(input), unchanged(input->columns.size())};
  }

  Pruned operator()(const UnionAll& union_all) const {
    std::vector<PlanPtr> inputs;
    for (const PlanPtr& input : union_all.inputs) inputs.push_back(exactly(input, needed_));
    Places places;
    for (const std::uint32_t column : needed_)
      places.emplace(column, static_cast<std::uint32_t>(places.size()));
    return {make_union_all(std::move(inputs)), std::move(places)};
  }

 private:
  [[nodiscard]] Pruned as_it_is() const { return {plan_, unchanged(plan_->columns.size())}; }

  const PlanPtr& plan_;
  const ColumnSet& needed_;
};

Pruned Prune::operator()(const Join& join) const {
  const auto width = static_cast<std::uint32_t>(join.left->columns.size());
  ColumnSet left;
  ColumnSet right;
  for (const std::uint32_t column : needed_) {
    if (column < width)
      left.insert(column);
    else
      right.insert(column - width);
  }
  add_columns(join.condition, 0, left);
  add_columns(join.condition, 1, right);
  const Pruned left_input = prune(join.left, left);
  const Pruned right_input = prune(join.right, right);
  const ExpressionPtr condition = moved(join.condition, left_input.places, right_input.places);
  const auto new_width = static_cast<std::uint32_t>(left_input.plan->columns.size());
  Places places = left_input.places;
  for (const auto& [column, place] : right_input.places)
    places.emplace(column + width, place + new_width);
  return {make_join(join.kind, left_input.plan, right_input.plan, condition), std::move(places)};
}

Pruned Prune::operator()(const Aggregate& aggregate) const {
  const auto key_count = static_cast<std::uint32_t>(aggregate.keys.size());
  ColumnSet below;
  for (const ExpressionPtr& key : aggregate.keys) add_columns(key, 0, below);
  std::vector<AggregateCall> calls;
  Places places = unchanged(key_count);
  for (std::uint32_t i = 0; i < aggregate.calls.size(); ++i) {
    if (!needed_.contains(key_count + i)) continue;
    places.emplace(key_count + i, key_count + static_cast<std::uint32_t>(calls.size()));
    calls.push_back(aggregate.calls[i]);
    visit_expressions(calls.back(),
                      [&](const ExpressionPtr& expression) { add_columns(expression, 0, below); });
  }
  const Pruned input = prune(aggregate.input, below);
  Expressions keys;
  for (const ExpressionPtr& key : aggregate.keys) keys.push_back(moved(key, input.places));
  for (AggregateCall& call : calls)
    call = replace_expressions(
        call, [&](const ExpressionPtr& expression) { return moved(expression, input.places); });
  std::vector<std::string> names = names_of(plan_->columns);
  names.resize(key_count);
  return {make_aggregate(input.plan, keys, names, calls), std::move(places)};
}

Pruned prune(const PlanPtr& plan, const ColumnSet& needed) {
  return std::visit(Prune(plan, needed), plan->body);
}

}  // namespace

PlanPtr prune_unused_columns(const PlanPtr& plan) {
  return exactly(plan, all_columns(*plan));
}

}  // namespace deltamill
