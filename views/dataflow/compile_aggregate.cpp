// Compiles GROUP BY and DISTINCT to groups: the columns that they read, and the operator that keeps
// them.
#include <algorithm>

#include "views/data/check.h"
#include "views/dataflow/compiler.h"
#include "views/dataflow/group_aggregate.h"

namespace deltamill {

namespace {

// The argument of a call with FILTER is not evaluated for the rows that it holds back, as in
// PostgreSQL (ExecBuildAggTrans jumps over them): sum(1 / x) FILTER (WHERE x <> 0) raises no error.
// What stands for it there is never read.
ExpressionPtr guarded(const ExpressionPtr& argument, const ExpressionPtr& filter) {
  const bool evaluates =
      argument->kind != Expression::Kind::column && argument->kind != Expression::Kind::constant;
  if (filter == nullptr || !evaluates) return argument;
  const Type& type = argument->type;
  return make_expression(Expression::Kind::case_when, type,
                         {filter, argument, make_constant(type, Value::null())});
}

// The column of an expression among the inputs; added where it is not there yet. So sum(x) and
// avg(x) GROUP BY x all read one column.
std::size_t column_of(Expressions& inputs, const ExpressionPtr& expression) {
  const auto found = std::ranges::find_if(
      inputs, [&](const ExpressionPtr& input) { return equal(*input, *expression); });
  const auto column = static_cast<std::size_t>(found - inputs.begin());
  if (found == inputs.end()) inputs.push_back(expression);
  return column;
}

GroupAggregate::Call call_over(const AggregateCall& call, Expressions& inputs) {
  DM_CHECK(call.order.empty() || call.function->rules.order != AggregateFunction::Order::none,
           "an aggregate that takes no order was given one");
  GroupAggregate::Call result{call.function, {{}, call.type}, call.distinct, {}, std::nullopt};
  for (const ExpressionPtr& argument : call.arguments) {
    result.types.arguments.push_back(argument->type);
    result.arguments.push_back(column_of(inputs, guarded(argument, call.filter)));
  }
  if (call.filter) result.filter = column_of(inputs, call.filter);
  return result;
}

Collection& add_groups(Compiler& compiler, const PlanPtr& plan, const Aggregate& aggregate,
                       const std::string& name, bool always_one_row) {
  GroupAggregate::Query query;
  query.key_count = aggregate.keys.size();
  query.always_one_row = always_one_row;
  query.described = aggregate;
  Expressions inputs = aggregate.keys;
  for (const AggregateCall& call : aggregate.calls) query.calls.push_back(call_over(call, inputs));
  std::vector<Branch> branches = compiler.branches_of(aggregate.input);
  for (Branch& branch : branches) {
    // Each branch of a union computes the same inputs over its own leaves and sends them to the
    // same groups: the union itself is never made.
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
