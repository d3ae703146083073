// Leaves out columns that nothing reads: top down with the set of needed columns, back up with
// their new ordinals. What is not read is not computed either, as in PostgreSQL, so an error in it
// is none.
#include "views/plan/rules/column_pruning.h"

#include <map>
#include <set>

#include "views/plan/build.h"
#include "views/plan/transform.h"

namespace deltamill {

namespace {

using ColumnSet = std::set<std::uint32_t>;
// Where columns are after pruning: old ordinal -> new ordinal.
using NewOrdinals = std::map<std::uint32_t, std::uint32_t>;

struct Pruned {
  PlanPtr plan;
  NewOrdinals ordinals;  // at least the needed columns
};

void add_columns(const ExpressionPtr& expression, std::uint32_t input, ColumnSet& columns) {
  if (!expression) return;
  visit_expression(*expression, [&](const Expression& node) {
    if (node.kind == Expression::Kind::column && node.input == input) columns.insert(node.ordinal);
  });
}

ExpressionPtr moved(const ExpressionPtr& expression, const NewOrdinals& left,
                    const NewOrdinals& right = {}) {
  if (!expression) return nullptr;
  return substitute_columns(expression, [&](const Expression& column, const ExpressionPtr&) {
    const NewOrdinals& ordinals = column.input == 0 ? left : right;
    return make_column(column.type, column.input, ordinals.at(column.ordinal));
  });
}

NewOrdinals unchanged(std::size_t count) {
  NewOrdinals ordinals;
  for (std::uint32_t i = 0; i < count; ++i) ordinals.emplace(i, i);
  return ordinals;
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
    const std::uint32_t ordinal = pruned.ordinals.at(column);
    same = same && ordinal == outputs.size();
    outputs.push_back(make_column(plan->columns[column].type, 0, ordinal));
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

  // The row key is not needed here: a table's input keeps it for itself (Compiler::note_columns).
  Pruned operator()(const TableScan& scan) const {
    TableScan kept{scan.table, {}};
    Columns columns;
    NewOrdinals ordinals;
    for (const std::uint32_t column : needed_) {
      ordinals.emplace(column, static_cast<std::uint32_t>(columns.size()));
      kept.columns.push_back(scan.columns[column]);
      columns.push_back(plan_->columns[column]);
    }
    return {make_plan(std::move(columns), std::move(kept)), std::move(ordinals)};
  }

  Pruned operator()(const ViewScan& /*scan*/) const { return as_it_is(); }
  Pruned operator()(const OneRow& /*row*/) const { return as_it_is(); }

  Pruned operator()(const Filter& filter) const {
    ColumnSet below = needed_;
    add_columns(filter.condition, 0, below);
    Pruned input = prune(filter.input, below);
    const ExpressionPtr condition = moved(filter.condition, input.ordinals);
    return {make_filter(input.plan, condition), std::move(input.ordinals)};
  }

  Pruned operator()(const Project& project) const {
    ColumnSet below;
    for (const std::uint32_t column : needed_) add_columns(project.outputs[column], 0, below);
    const Pruned input = prune(project.input, below);
    Expressions outputs;
    std::vector<std::string> names;
    NewOrdinals ordinals;
    for (const std::uint32_t column : needed_) {
      ordinals.emplace(column, static_cast<std::uint32_t>(outputs.size()));
      outputs.push_back(moved(project.outputs[column], input.ordinals));
      names.push_back(plan_->columns[column].name);
    }
    return {make_project(input.plan, std::move(outputs), names), std::move(ordinals)};
  }

  Pruned operator()(const Join& join) const;
  Pruned operator()(const Aggregate& aggregate) const;

  Pruned operator()(const Distinct& distinct) const {
    // DISTINCT needs all its columns: without one, two rows that differ in it would be one.
    const PlanPtr input = exactly(distinct.input, all_columns(*distinct.input));
    return {make_distinct(input), unchanged(input->columns.size())};
  }

  Pruned operator()(const UnionAll& union_all) const {
    std::vector<PlanPtr> inputs;
    // The same columns in the same order from each input, whatever each of them would keep by
    // itself.
    for (const PlanPtr& input : union_all.inputs) inputs.push_back(exactly(input, needed_));
    NewOrdinals ordinals;
    for (const std::uint32_t column : needed_)
      ordinals.emplace(column, static_cast<std::uint32_t>(ordinals.size()));
    return {make_union_all(std::move(inputs)), std::move(ordinals)};
  }

 private:
  // A view's collection is there already with all its columns: to read fewer would take a copy.
  [[nodiscard]] Pruned as_it_is() const { return {plan_, unchanged(plan_->columns.size())}; }

  const PlanPtr& plan_;
  const ColumnSet& needed_;
};

// A side of which nothing is read stays: its rows still multiply or filter those of the other side.
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
  const ExpressionPtr condition = moved(join.condition, left_input.ordinals, right_input.ordinals);
  const auto new_width = static_cast<std::uint32_t>(left_input.plan->columns.size());
  NewOrdinals ordinals = left_input.ordinals;
  for (const auto& [column, ordinal] : right_input.ordinals)
    ordinals.emplace(column + width, ordinal + new_width);
  return {make_join(join.kind, left_input.plan, right_input.plan, condition), std::move(ordinals)};
}

Pruned Prune::operator()(const Aggregate& aggregate) const {
  const auto key_count = static_cast<std::uint32_t>(aggregate.keys.size());
  ColumnSet below;
  // Keys stay though nothing reads them: they make the groups. Calls that nothing reads go.
  for (const ExpressionPtr& key : aggregate.keys) add_columns(key, 0, below);
  std::vector<AggregateCall> calls;
  NewOrdinals ordinals = unchanged(key_count);
  for (std::uint32_t i = 0; i < aggregate.calls.size(); ++i) {
    if (!needed_.contains(key_count + i)) continue;
    ordinals.emplace(key_count + i, key_count + static_cast<std::uint32_t>(calls.size()));
    calls.push_back(aggregate.calls[i]);
    visit_expressions(calls.back(),
                      [&](const ExpressionPtr& expression) { add_columns(expression, 0, below); });
  }
  const Pruned input = prune(aggregate.input, below);
  Expressions keys;
  for (const ExpressionPtr& key : aggregate.keys) keys.push_back(moved(key, input.ordinals));
  for (AggregateCall& call : calls)
    call = replace_expressions(
        call, [&](const ExpressionPtr& expression) { return moved(expression, input.ordinals); });
  std::vector<std::string> names = names_of(plan_->columns);
  names.resize(key_count);
  return {make_aggregate(input.plan, keys, names, calls), std::move(ordinals)};
}

Pruned prune(const PlanPtr& plan, const ColumnSet& needed) {
  return std::visit(Prune(plan, needed), plan->body);
}

}  // namespace

PlanPtr prune_unused_columns(const PlanPtr& plan) {
  return exactly(plan, all_columns(*plan));
}

}  // namespace deltamill
