// A plan: const nodes as values, shared freely. What a query means, not how it is maintained
// (dataflow/compile).
#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "views/data/schema.h"
#include "views/expressions/expression.h"
#include "views/functions/aggregate.h"

namespace deltamill {

struct PlanNode;
using PlanPtr = std::shared_ptr<const PlanNode>;

// Rows of a source table; `columns` are offsets in table->columns, in output order.
struct TableScan {
  std::shared_ptr<const Table> table;
  std::vector<std::uint32_t> columns;
};

// Rows of another view of the project.
struct ViewScan {
  std::string view;
};

// SELECT without FROM: one row without columns.
struct OneRow {};

// Rows for which the condition is true. Columns: input 0.
struct Filter {
  PlanPtr input;
  ExpressionPtr condition;
};

struct Project {
  PlanPtr input;
  Expressions outputs;
};

enum class JoinKind : std::uint8_t { inner, left, right, full };

// Output: the left columns, then the right ones. Columns of the condition: input 0 = left, 1 =
// right; nullptr = cross.
struct Join {
  JoinKind kind = JoinKind::inner;
  PlanPtr left;
  PlanPtr right;
  ExpressionPtr condition;
};

// ORDER BY inside a call.
struct SortKey {
  ExpressionPtr expression;
  bool descending = false;
  bool nulls_first = false;
};

struct AggregateCall {
  const AggregateFunction* function = nullptr;
  Expressions arguments;
  std::vector<SortKey> order;  // empty: any order
  ExpressionPtr filter;        // nullptr = none
  bool distinct = false;
  Type type;  // of the result
};

// Calls `visit(const ExpressionPtr&)` for each expression of a call.
template <typename Visit>
void visit_expressions(const AggregateCall& call, const Visit& visit) {
  for (const ExpressionPtr& argument : call.arguments) visit(argument);
  for (const SortKey& key : call.order) visit(key.expression);
  if (call.filter) visit(call.filter);
}

// The call with each of its expressions replaced by one of the same type.
template <typename Replace>
[[nodiscard]] AggregateCall replace_expressions(AggregateCall call, const Replace& replace) {
  for (ExpressionPtr& argument : call.arguments) argument = replace(argument);
  for (SortKey& key : call.order) key.expression = replace(key.expression);
  if (call.filter) call.filter = replace(call.filter);
  return call;
}

// Whether two calls over the same rows have the same result by the same computation.
[[nodiscard]] bool same_call(const AggregateCall& left, const AggregateCall& right);

// Output: the keys, then the aggregates. No keys: always exactly one row.
struct Aggregate {
  PlanPtr input;
  Expressions keys;
  std::vector<AggregateCall> calls;
};

struct Distinct {
  PlanPtr input;
};

struct UnionAll {
  std::vector<PlanPtr> inputs;  // all of the same types
};

struct PlanNode {
  Columns columns;  // of the output
  std::variant<TableScan, ViewScan, OneRow, Filter, Project, Join, Aggregate, Distinct, UnionAll>
      body;
};

template <typename Body>
[[nodiscard]] PlanPtr make_plan(Columns columns, Body body) {
  return std::make_shared<const PlanNode>(PlanNode{std::move(columns), std::move(body)});
}

// The inputs of a node, in order.
[[nodiscard]] std::vector<PlanPtr> inputs_of(const PlanNode& node);

// A view as it is deployed.
struct BoundView {
  std::string name;
  PlanPtr plan;                   // its columns are the view's columns
  std::optional<KeyColumns> key;  // declared or inferred; nothing = kept with multiplicities
  bool key_declared = false;      // declared and not proven: uniqueness is checked while running
};

}  // namespace deltamill
