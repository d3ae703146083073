// Compares two plans node by node: one comparison per kind of node. Names of columns are not
// compared, they change no row.
#include "views/dataflow/plan_identity.h"

#include <algorithm>

namespace deltamill {

namespace {

bool same(const ExpressionPtr& left, const ExpressionPtr& right) {
  if (left == nullptr || right == nullptr) return left == right;
  return equal(*left, *right);
}

bool same(const PlanPtr& left, const PlanPtr& right) {
  return left == right || same_plan(*left, *right);
}

bool same(const AggregateCall& left, const AggregateCall& right) {
  return same_call(left, right);
}

template <typename Item>
bool same(const std::vector<Item>& left, const std::vector<Item>& right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](const Item& a, const Item& b) { return same(a, b); });
}

struct SameBody {
  const PlanNode& other;

  bool operator()(const TableScan& scan) const {
    const auto& right = std::get<TableScan>(other.body);
    return scan.table->oid == right.table->oid && scan.columns == right.columns;
  }
  bool operator()(const ViewScan& scan) const {
    return scan.view == std::get<ViewScan>(other.body).view;
  }
  bool operator()(const OneRow& /*row*/) const { return true; }
  bool operator()(const Filter& filter) const {
    const auto& right = std::get<Filter>(other.body);
    return same(filter.condition, right.condition) && same(filter.input, right.input);
  }
  bool operator()(const Project& project) const {
    const auto& right = std::get<Project>(other.body);
    return same(project.outputs, right.outputs) && same(project.input, right.input);
  }
  bool operator()(const Join& join) const {
    const auto& right = std::get<Join>(other.body);
    return join.kind == right.kind && same(join.condition, right.condition) &&
           same(join.left, right.left) && same(join.right, right.right);
  }
  bool operator()(const Aggregate& aggregate) const {
    const auto& right = std::get<Aggregate>(other.body);
    return same(aggregate.keys, right.keys) && same(aggregate.calls, right.calls) &&
           same(aggregate.input, right.input);
  }
  bool operator()(const Distinct& distinct) const {
    return same(distinct.input, std::get<Distinct>(other.body).input);
  }
  bool operator()(const UnionAll& union_all) const {
    return same(union_all.inputs, std::get<UnionAll>(other.body).inputs);
  }
};

}  // namespace

bool same_plan(const PlanNode& left, const PlanNode& right) {
  if (left.body.index() != right.body.index()) return false;
  if (left.columns.size() != right.columns.size()) return false;
  for (std::size_t column = 0; column < left.columns.size(); ++column)
    if (!(left.columns[column].type == right.columns[column].type)) return false;
  return std::visit(SameBody{right}, left.body);
}

}  // namespace deltamill
