// Makes nodes and derives their columns from those of their inputs, above all which can be NULL.
// "Never NULL" must be true: keys, outer joins and padding rely on it. "May be NULL" is always
// safe.
#include "views/plan/build.h"

#include <algorithm>
#include <array>

#include "views/data/check.h"

namespace deltamill {

namespace {

using Kind = Expression::Kind;

// Operators that give NULL for operands that are not NULL: look-ups in json.
bool looks_up(std::string_view symbol) {
  return symbol.starts_with("->") || symbol.starts_with("#");
}

// Functions may be NULL for arguments that are not (regular expressions, look-ups), so only those
// are trusted that are listed; operators and casts are not, except look-ups.
bool call_may_be_null(const Function& function) {
  switch (function.kind) {
    case FunctionKind::operation: return !function.strict || looks_up(function.name);
    case FunctionKind::implicit_cast:
    case FunctionKind::assignment_cast:
    case FunctionKind::explicit_cast: return !function.strict;
    case FunctionKind::function: break;
  }
  constexpr std::array never_null{std::string_view("not"),
                                  std::string_view("upper"),
                                  std::string_view("lower"),
                                  std::string_view("length"),
                                  std::string_view("abs"),
                                  std::string_view("round"),
                                  std::string_view("date_trunc"),
                                  std::string_view("concat"),
                                  std::string_view("num_nulls"),
                                  std::string_view("is_true"),
                                  std::string_view("is_not_true"),
                                  std::string_view("is_false"),
                                  std::string_view("is_not_false"),
                                  std::string_view("num_nonnulls"),
                                  std::string_view("jsonb_build_object")};
  return std::find(never_null.begin(), never_null.end(), function.name) == never_null.end();
}

}  // namespace

bool may_be_null(const Expression& expression, const Columns& columns,
                 const Columns& right_columns) {
  const auto argument_may_be_null = [&](const ExpressionPtr& argument) {
    return may_be_null(*argument, columns, right_columns);
  };
  const Expressions& arguments = expression.arguments;
  switch (expression.kind) {
    case Kind::constant: return expression.constant.is_null();
    case Kind::column:
      return expression.input == 0 ? columns[expression.ordinal].nullable
                                   : right_columns[expression.ordinal].nullable;
    // Bound against another query's row or against groups, whose columns are not at hand here.
    case Kind::outer_column:
    case Kind::aggregate_result: return true;
    case Kind::is_null:
    case Kind::is_not_null:
    case Kind::is_distinct:
    case Kind::is_not_distinct: return false;
    case Kind::nullif: return true;
    case Kind::coalesce:
    case Kind::greatest:
    case Kind::least: return std::all_of(arguments.begin(), arguments.end(), argument_may_be_null);
    case Kind::all_of:
    case Kind::any_of: return std::any_of(arguments.begin(), arguments.end(), argument_may_be_null);
    case Kind::case_when:
      // The results: conditions decide only which of them it is.
      for (std::size_t i = 1; i < arguments.size(); i += 2)
        if (argument_may_be_null(arguments[i])) return true;
      return argument_may_be_null(arguments.back());
    case Kind::call:
      if (call_may_be_null(*expression.function)) return true;
      // Not strict and never NULL (concat, num_nulls): arguments do not matter.
      if (!expression.function->strict) return false;
      return std::any_of(arguments.begin(), arguments.end(), argument_may_be_null);
  }
  return true;
}

PlanPtr make_one_row() {
  return make_plan({}, OneRow{});
}

PlanPtr make_table_scan(const std::shared_ptr<const Table>& table) {
  Columns columns;
  TableScan scan{table, {}};
  for (std::uint32_t i = 0; i < table->columns.size(); ++i) {
    const TableColumn& column = table->columns[i];
    columns.push_back({column.name, column.type, column.nullable});
    scan.columns.push_back(i);
  }
  return make_plan(std::move(columns), std::move(scan));
}

PlanPtr make_filter(const PlanPtr& input, ExpressionPtr condition) {
  // Columns that the condition requires to be not NULL are not marked so: outer_join_simplification
  // looks for itself, and a filter may move.
  return make_plan(input->columns, Filter{input, std::move(condition)});
}

PlanPtr make_project(const PlanPtr& input, Expressions outputs,
                     const std::vector<std::string>& names) {
  DM_CHECK(outputs.size() == names.size(), "every output has a name");
  Columns columns;
  for (std::size_t i = 0; i < outputs.size(); ++i)
    columns.push_back({names[i], outputs[i]->type, may_be_null(*outputs[i], input->columns)});
  return make_plan(std::move(columns), Project{input, std::move(outputs)});
}

PlanPtr make_join(JoinKind kind, const PlanPtr& left, const PlanPtr& right,
                  ExpressionPtr condition) {
  const bool pads_left = kind == JoinKind::right || kind == JoinKind::full;
  const bool pads_right = kind == JoinKind::left || kind == JoinKind::full;
  Columns columns;
  for (Column column : left->columns) {
    column.nullable = column.nullable || pads_left;
    columns.push_back(std::move(column));
  }
  for (Column column : right->columns) {
    column.nullable = column.nullable || pads_right;
    columns.push_back(std::move(column));
  }
  return make_plan(std::move(columns), Join{kind, left, right, std::move(condition)});
}

PlanPtr make_aggregate(const PlanPtr& input, const Expressions& keys,
                       const std::vector<std::string>& key_names,
                       const std::vector<AggregateCall>& calls) {
  DM_CHECK(keys.size() == key_names.size(), "every key has a name");
  Columns columns;
  for (std::size_t i = 0; i < keys.size(); ++i)
    columns.push_back({key_names[i], keys[i]->type, may_be_null(*keys[i], input->columns)});
  for (const AggregateCall& call : calls) {
    // A group of GROUP BY has at least one row, so that arguments that are never NULL give a
    // result. Without GROUP BY, or where FILTER may hold all rows back, sum() of nothing is NULL.
    const bool has_value = !keys.empty() && !call.filter && !call.arguments.empty() &&
                           std::ranges::none_of(call.arguments, [&](const ExpressionPtr& argument) {
                             return may_be_null(*argument, input->columns);
                           });
    const bool nullable = call.function->rules.null_if_empty && !has_value;
    columns.push_back({std::string(call.function->name), call.type, nullable});
  }
  return make_plan(std::move(columns), Aggregate{input, keys, calls});
}

PlanPtr make_distinct(const PlanPtr& input) {
  return make_plan(input->columns, Distinct{input});
}

PlanPtr make_union_all(std::vector<PlanPtr> inputs) {
  DM_CHECK(!inputs.empty(), "UNION ALL has inputs");
  Columns columns = inputs.front()->columns;
  for (const PlanPtr& input : inputs) {
    DM_CHECK(input->columns.size() == columns.size(), "UNION ALL has inputs of one width");
    for (std::size_t i = 0; i < columns.size(); ++i) {
      // The binder has cast both sides. Rows of a collection have one layout, so here it would be
      // too late.
      DM_CHECK(input->columns[i].type == columns[i].type, "UNION ALL has inputs of the same types");
      columns[i].nullable = columns[i].nullable || input->columns[i].nullable;
    }
  }
  return make_plan(std::move(columns), UnionAll{std::move(inputs)});
}

ExpressionPtr make_conjunction(Expressions conditions) {
  Expressions flat;
  for (const ExpressionPtr& condition : conditions)
    for (ExpressionPtr& conjunct : conjuncts_of(condition)) flat.push_back(std::move(conjunct));
  if (flat.empty()) return nullptr;
  if (flat.size() == 1) return flat.front();
  const Type type = flat.front()->type;
  return make_expression(Kind::all_of, type, std::move(flat));
}

Expressions conjuncts_of(const ExpressionPtr& condition) {
  if (!condition) return {};
  if (condition->kind != Kind::all_of) return {condition};
  Expressions conjuncts;
  for (const ExpressionPtr& argument : condition->arguments)
    for (ExpressionPtr& conjunct : conjuncts_of(argument)) conjuncts.push_back(std::move(conjunct));
  return conjuncts;
}

}  // namespace deltamill
