// From the top down: each node learns which of its columns are used, and tells where they stand
// afterwards.
#include "views/dataflow/column_pruning.h"

#include <algorithm>

#include "views/data/check.h"

namespace deltamill {

namespace {

using Used = std::vector<bool>;

constexpr std::uint32_t gone = ~std::uint32_t{0};

// A node after pruning: the plan, and for each column of the old node its place in the new one, or
// `gone`.
struct Pruned {
  PlanPtr plan;
  std::vector<std::uint32_t> places;
};

Pruned prune(const PlanPtr& plan, const Used& used);

void mark(const ExpressionPtr& expression, std::uint32_t input, Used& used) {
  if (expression == nullptr) return;
  visit_expression(*expression, [&](const Expression& node) {
    if (node.kind == Expression::Kind::column && node.input == input) used[node.ordinal] = true;
  });
}

ExpressionPtr moved(const ExpressionPtr& expression, const std::vector<std::uint32_t>& left,
                    const std::vector<std::uint32_t>& right = {}) {
  if (expression == nullptr) return nullptr;
  return substitute_columns(expression, [&](const Expression& column, const ExpressionPtr& node) {
    const std::uint32_t place = (column.input == 0 ? left : right)[column.ordinal];
    DM_CHECK(place != gone, "a column that is used was pruned");
    return place == column.ordinal ? node : make_column(column.type, column.input, place);
  });
}

std::vector<std::uint32_t> places_of(const Used& used) {
  std::vector<std::uint32_t> places(used.size(), gone);
  std::uint32_t next = 0;
  for (std::size_t column = 0; column < used.size(); ++column)
    if (used[column]) places[column] = next++;
  return places;
}

template <typename Item>
std::vector<Item> kept_of(const std::vector<Item>& items, const Used& used) {
  std::vector<Item> kept;
  for (std::size_t item = 0; item < items.size(); ++item)
    if (used[item]) kept.push_back(items[item]);
  return kept;
}

std::vector<std::uint32_t> identity(std::size_t count) {
  std::vector<std::uint32_t> places(count);
  for (std::size_t place = 0; place < count; ++place)
    places[place] = static_cast<std::uint32_t>(place);
  return places;
}

// The columns of a node as `places` tells, in their new order.
Columns moved_columns(const Columns& columns, const std::vector<std::uint32_t>& places,
                      std::size_t count) {
  Columns result(count);
  for (std::size_t column = 0; column < columns.size(); ++column)
    if (places[column] != gone) result[places[column]] = columns[column];
  return result;
}

struct Prune {
  const PlanPtr& plan;
  const Used& used;

  Pruned operator()(const TableScan& scan) const {
    return {
        make_plan(kept_of(plan->columns, used), TableScan{scan.table, kept_of(scan.columns, used)}),
        places_of(used)};
  }

  Pruned operator()(const ViewScan& /*scan*/) const {
    return {plan, identity(plan->columns.size())};
  }

  Pruned operator()(const OneRow& /*row*/) const { return {plan, {}}; }

  Pruned operator()(const Filter& filter) const {
    Used below = used;
    mark(filter.condition, 0, below);
    const Pruned input = prune(filter.input, below);
    return {
        make_plan(input.plan->columns, Filter{input.plan, moved(filter.condition, input.places)}),
        input.places};
  }

  Pruned operator()(const Project& project) const {
    Used below(project.input->columns.size(), false);
    Expressions outputs = kept_of(project.outputs, used);
    for (const ExpressionPtr& output : outputs) mark(output, 0, below);
    const Pruned input = prune(project.input, below);
    for (ExpressionPtr& output : outputs) output = moved(output, input.places);
    return {make_plan(kept_of(plan->columns, used), Project{input.plan, std::move(outputs)}),
            places_of(used)};
  }

  Pruned operator()(const Join& join) const {
    const auto cut = static_cast<std::ptrdiff_t>(join.left->columns.size());
    Used left_used(used.begin(), used.begin() + cut);
    Used right_used(used.begin() + cut, used.end());
    mark(join.condition, 0, left_used);
    mark(join.condition, 1, right_used);
    const Pruned left = prune(join.left, left_used);
    const Pruned right = prune(join.right, right_used);
    const auto left_count = static_cast<std::uint32_t>(left.plan->columns.size());
    std::vector<std::uint32_t> places = left.places;
    for (const std::uint32_t place : right.places)
      places.push_back(place == gone ? gone : place + left_count);
    return {make_plan(moved_columns(plan->columns, places, left_count + right.plan->columns.size()),
                      Join{join.kind, left.plan, right.plan,
                           moved(join.condition, left.places, right.places)}),
            places};
  }

  Pruned operator()(const Aggregate& aggregate) const {
    Used kept = used;
    std::fill_n(kept.begin(), aggregate.keys.size(), true);
    Used below(aggregate.input->columns.size(), false);
    Aggregate result;
    for (const ExpressionPtr& key : aggregate.keys) mark(key, 0, below);
    for (std::size_t call = 0; call < aggregate.calls.size(); ++call) {
      if (!kept[aggregate.keys.size() + call]) continue;
      result.calls.push_back(aggregate.calls[call]);
      visit_expressions(aggregate.calls[call],
                        [&](const ExpressionPtr& expression) { mark(expression, 0, below); });
    }
    const Pruned input = prune(aggregate.input, below);
    result.input = input.plan;
    for (const ExpressionPtr& key : aggregate.keys) result.keys.push_back(moved(key, input.places));
    for (AggregateCall& call : result.calls)
      call = replace_expressions(
          call, [&](const ExpressionPtr& expression) { return moved(expression, input.places); });
    return {make_plan(kept_of(plan->columns, kept), std::move(result)), places_of(kept)};
  }

  Pruned operator()(const Distinct& distinct) const {
    const Used all(distinct.input->columns.size(), true);
    Pruned input = prune(distinct.input, all);
    return {make_plan(plan->columns, Distinct{reordered(distinct.input, input, all)}),
            identity(plan->columns.size())};
  }

  Pruned operator()(const UnionAll& union_all) const {
    UnionAll result;
    for (const PlanPtr& one : union_all.inputs)
      result.inputs.push_back(reordered(one, prune(one, used), used));
    return {make_plan(kept_of(plan->columns, used), std::move(result)), places_of(used)};
  }

  // Exactly the used columns of `old`, in their order: a projection where pruning left more.
  static PlanPtr reordered(const PlanPtr& old, const Pruned& pruned, const Used& used) {
    Expressions outputs;
    bool as_is = true;
    for (std::size_t column = 0; column < used.size(); ++column) {
      if (!used[column]) continue;
      as_is = as_is && pruned.places[column] == outputs.size();
      outputs.push_back(make_column(old->columns[column].type, 0, pruned.places[column]));
    }
    if (as_is && outputs.size() == pruned.plan->columns.size()) return pruned.plan;
    return make_plan(kept_of(old->columns, used), Project{pruned.plan, std::move(outputs)});
  }
};

Pruned prune(const PlanPtr& plan, const Used& used) {
  return std::visit(Prune{plan, used}, plan->body);
}

}  // namespace

PlanPtr prune_columns(const PlanPtr& plan) {
  const Used all(plan->columns.size(), true);
  return Prune::reordered(plan, prune(plan, all), all);
}

}  // namespace deltamill
