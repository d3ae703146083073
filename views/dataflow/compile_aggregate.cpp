// GROUP BY and DISTINCT: the columns that the groups read, and the operator that keeps them.
#include <algorithm>

#include "views/dataflow/compiler.h"
#include "views/dataflow/group_aggregate.h"

namespace deltamill {

namespace {

const Type boolean_type{TypeKind::boolean, -1, nullptr, {}};

// The argument with the call's filter in it: aggregates do not count NULLs.
ExpressionPtr filtered_argument(AggregateCall& call) {
  if (call.filter == nullptr) return call.argument;
  if (call.function == AggregateFunction::count_rows) {
    call.function = AggregateFunction::count;
    call.argument = make_constant(boolean_type, Value::of_boolean(true));
  }
  const Type& type = call.argument->type;
  return make_expression(Expression::Kind::case_when, type,
                         {call.filter, call.argument, make_constant(type, Value::null())});
}

// The place of an expression among the inputs; added where it is not there yet.
std::size_t column_of(Expressions& inputs, const ExpressionPtr& expression) {
  const auto found = std::ranges::find_if(
      inputs, [&](const ExpressionPtr& input) { return equal(*input, *expression); });
  const auto column = static_cast<std::size_t>(found - inputs.begin());
  if (found == inputs.end()) inputs.push_back(expression);
  return column;
}

Collection& add_groups(Compiler& compiler, const PlanPtr& plan, const Aggregate& aggregate,
                       const std::string& name, bool always_one_row) {
  GroupAggregate::Query query;
  query.key_count = aggregate.keys.size();
  query.calls = aggregate.calls;
  query.always_one_row = always_one_row;
  query.described = aggregate;
  Expressions inputs = aggregate.keys;
  for (AggregateCall& call : query.calls) {
    call.argument = filtered_argument(call);
    query.arguments.emplace_back();
    if (call.argument != nullptr) query.arguments.back() = column_of(inputs, call.argument);
  }
  std::vector<Branch> branches = compiler.branches_of(aggregate.input);
  for (Branch& branch : branches) {
    branch.outputs = outputs_over(inputs, branch);
    compiler.finish_branch(branch);
  }
  KeyColumns key(query.key_count);
  for (std::uint32_t column = 0; column < key.size(); ++column) key[column] = column;
  Collection& collection =
      compiler.add_collection({CollectionKind::inner, name, plan->columns, std::move(key)});
  Flow& flow = compiler.flow();
  auto& groups =
      compiler.add_operator<GroupAggregate>(std::move(query), collection, flow.batch, flow.store);
  compiler.feed(std::move(branches), groups, collection);
  compiler.remember(plan, collection);
  return collection;
}

}  // namespace

Collection& compile_aggregate(Compiler& compiler, const PlanPtr& plan, const Aggregate& aggregate) {
  return add_groups(compiler, plan, aggregate, "aggregate", aggregate.keys.empty());
}

// The distinct rows are groups by all columns.
Collection& compile_distinct(Compiler& compiler, const PlanPtr& plan, const Distinct& distinct) {
  Aggregate grouped;
  grouped.input = distinct.input;
  for (std::uint32_t column = 0; column < plan->columns.size(); ++column)
    grouped.keys.push_back(make_column(plan->columns[column].type, 0, column));
  return add_groups(compiler, plan, grouped, "distinct", false);
}

}  // namespace deltamill
