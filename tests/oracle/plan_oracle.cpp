// One function per node kind, written for being right at sight.
#include "tests/oracle/plan_oracle.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "views/data/check.h"
#include "views/data/interval.h"
#include "views/data/numeric.h"
#include "views/data/text_form.h"
#include "views/data/value_comparison.h"
#include "views/expressions/evaluate.h"

namespace deltamill {

namespace {

using Values = std::vector<Value>;

Value value_of(const Type& type, const TextValue& text, Arena& arena) {
  if (!text) return Value::null();
  const std::optional<Value> value =
      parse_text(Type{type.kind, -1, type.enumeration, {}}, *text, arena);
  if (!value) throw std::runtime_error("the oracle cannot read '" + *text + "'");
  return *value;
}

TextValue text_of(const Type& type, const Value& value) {
  if (value.is_null()) return std::nullopt;
  std::string text;
  append_text(type, value, text);
  return text;
}

// Evaluates one expression for one row per input; nullptr is a row of NULLs.
TextValue evaluate(const ExpressionPtr& expression, const std::vector<const Columns*>& shapes,
                   const std::vector<const TextRow*>& rows) {
  Arena arena;
  std::vector<RowLayout> layouts;
  std::vector<RowBytes> packed;
  for (std::size_t input = 0; input < rows.size(); ++input) {
    layouts.emplace_back(*shapes[input]);
    Values values;
    for (std::size_t column = 0; column < shapes[input]->size(); ++column)
      values.push_back(rows[input] == nullptr ? Value::null()
                                              : value_of((*shapes[input])[column].type,
                                                         (*rows[input])[column], arena));
    packed.push_back(pack_row(layouts.back(), values, arena));
  }
  std::vector<const RowBytes*> pointers;
  std::vector<const RowLayout*> layout_pointers;
  for (std::size_t input = 0; input < rows.size(); ++input) {
    pointers.push_back(&packed[input]);
    layout_pointers.push_back(&layouts[input]);
  }
  ProgramResults results;
  Program({expression}).run({1, pointers, layout_pointers}, arena, results);
  if (!results.errors.empty()) throw std::runtime_error(std::string(results.errors[0].message));
  return text_of(expression->type, results.outputs[0][0]);
}

bool is_true(const ExpressionPtr& condition, const std::vector<const Columns*>& shapes,
             const std::vector<const TextRow*>& rows) {
  if (condition == nullptr) return true;
  return evaluate(condition, shapes, rows) == TextValue("t");
}

TextRow joined(const TextRow& left, const TextRow& right) {
  TextRow row = left;
  row.insert(row.end(), right.begin(), right.end());
  return row;
}

TextRows join_rows(const Join& join, const OracleState& state) {
  const TextRows left = compute_rows(*join.left, state);
  const TextRows right = compute_rows(*join.right, state);
  const std::vector<const Columns*> shapes = {&join.left->columns, &join.right->columns};
  const TextRow left_nulls(join.left->columns.size());
  const TextRow right_nulls(join.right->columns.size());
  std::vector<bool> right_matched(right.size(), false);
  TextRows rows;
  for (const TextRow& one : left) {
    bool matched = false;
    for (std::size_t other = 0; other < right.size(); ++other) {
      if (!is_true(join.condition, shapes, {&one, &right[other]})) continue;
      rows.push_back(joined(one, right[other]));
      matched = true;
      right_matched[other] = true;
    }
    const bool padded = join.kind == JoinKind::left || join.kind == JoinKind::full;
    if (!matched && padded) rows.push_back(joined(one, right_nulls));
  }
  if (join.kind != JoinKind::right && join.kind != JoinKind::full) return rows;
  for (std::size_t other = 0; other < right.size(); ++other)
    if (!right_matched[other]) rows.push_back(joined(left_nulls, right[other]));
  return rows;
}

bool same_value(const Type& type, const TextValue& left, const TextValue& right) {
  Arena arena;
  return not_distinct(type, value_of(type, left, arena), value_of(type, right, arena));
}

int order_of_forms(const Type& type, const TextValue& left, const TextValue& right) {
  Arena arena;
  return compare_representations(type, value_of(type, left, arena), value_of(type, right, arena));
}

int order_of_values(const Type& type, const TextValue& left, const TextValue& right) {
  Arena arena;
  return compare_values(type, value_of(type, left, arena), value_of(type, right, arena));
}

// The values without NULLs, since no supported function counts them, and without order, since none
// takes one; for DISTINCT one of each, in its smallest form.
std::vector<TextValue> arguments_of(const AggregateCall& call, const Columns& columns,
                                    const TextRows& rows) {
  std::vector<TextValue> values;
  for (const TextRow& row : rows) {
    if (!is_true(call.filter, {&columns}, {&row})) continue;
    if (call.arguments.empty()) {
      values.emplace_back("row");
      continue;
    }
    const TextValue value = evaluate(call.arguments.front(), {&columns}, {&row});
    if (!value) continue;
    const auto same = std::find_if(values.begin(), values.end(), [&](const TextValue& known) {
      return call.distinct && same_value(call.arguments.front()->type, known, value);
    });
    if (same == values.end())
      values.push_back(value);
    else if (order_of_forms(call.arguments.front()->type, value, *same) < 0)
      *same = value;
  }
  return values;
}

TextValue extreme(const Type& type, const std::vector<TextValue>& values, int sign) {
  TextValue best;
  for (const TextValue& value : values) {
    if (!best) {
      best = value;
      continue;
    }
    const int order = order_of_values(type, value, best) * sign;
    if (order < 0 || (order == 0 && order_of_forms(type, value, best) < 0)) best = value;
  }
  return best;
}

TextValue sum_of_reals(const std::vector<TextValue>& values, const AggregateCall& call,
                       bool average) {
  Arena arena;
  double sum = average ? 0.0 : -0.0;  // the sum of negative zeros alone is one
  for (const TextValue& value : values)
    sum += value_of(call.arguments.front()->type, value, arena).real;
  if (average) sum /= static_cast<double>(values.size());
  return text_of(call.type, Value::of_real(sum));
}

TextValue sum_of_intervals(const std::vector<TextValue>& values, const AggregateCall& call) {
  Arena arena;
  Interval sum;
  for (const TextValue& value : values) {
    const Interval one = Interval::of_value(value_of(call.arguments.front()->type, value, arena));
    sum.months += one.months;
    sum.days += one.days;
    sum.microseconds += one.microseconds;
  }
  if (call.function->name == "sum") return text_of(call.type, sum.to_value(arena));
  const Type& type = call.arguments.front()->type;
  const Type real{TypeKind::float8, -1, nullptr, {}};
  const ExpressionPtr average =
      make_call(*find_operator("/", TypeKind::interval, TypeKind::float8), call.type,
                {make_constant(type, sum.to_value(arena)),
                 make_constant(real, Value::of_real(static_cast<double>(values.size())))});
  return evaluate(average, {}, {});
}

// sum and avg of integers and numerics.
TextValue sum_of_numbers(const std::vector<TextValue>& values, bool average) {
  Numeric sum = Numeric::parse(values.front().value()).value();
  for (std::size_t value = 1; value < values.size(); ++value)
    sum = sum + Numeric::parse(values[value].value()).value();
  if (!average) return sum.to_string();
  return Numeric::divide(sum, Numeric::of_integer(static_cast<std::int64_t>(values.size())))
      .value()
      .to_string();
}

TextValue compute_call(const AggregateCall& call, const Columns& columns, const TextRows& rows) {
  const std::vector<TextValue> values = arguments_of(call, columns, rows);
  const auto is = [](const char* text) {
    return [text](const TextValue& value) { return value == text; };
  };
  const std::string_view name = call.function->name;
  if (name == "count") return std::to_string(values.size());
  if (values.empty()) return std::nullopt;
  if (name == "min") return extreme(call.arguments.front()->type, values, 1);
  if (name == "max") return extreme(call.arguments.front()->type, values, -1);
  if (name == "bool_and" || name == "every")
    return std::all_of(values.begin(), values.end(), is("t")) ? "t" : "f";
  if (name == "bool_or") return std::any_of(values.begin(), values.end(), is("t")) ? "t" : "f";
  const bool average = name == "avg";
  DM_CHECK(average || name == "sum", "the oracle does not know an aggregate");
  const TypeKind kind = call.arguments.front()->type.kind;
  if (storage_of(kind) == Storage::real) return sum_of_reals(values, call, average);
  if (kind == TypeKind::interval) return sum_of_intervals(values, call);
  return sum_of_numbers(values, average);
}

struct OracleGroup {
  TextRow key;  // in its smallest form
  TextRows rows;
};

// Groups by value equality; of the keys of a group's rows the smallest form is shown.
TextRows group_rows(const Expressions& keys, const std::vector<AggregateCall>& calls,
                    const Columns& columns, const TextRows& rows, bool always_one_row) {
  std::vector<OracleGroup> groups;
  if (always_one_row) groups.emplace_back();
  for (const TextRow& row : rows) {
    TextRow key;
    for (const ExpressionPtr& expression : keys)
      key.push_back(evaluate(expression, {&columns}, {&row}));
    const auto same_key = [&](const OracleGroup& group) {
      for (std::size_t part = 0; part < key.size(); ++part)
        if (!same_value(keys[part]->type, group.key[part], key[part])) return false;
      return true;
    };
    auto group = std::find_if(groups.begin(), groups.end(), same_key);
    if (group == groups.end()) group = groups.insert(groups.end(), OracleGroup{key, {}});
    group->rows.push_back(row);
    for (std::size_t part = 0; part < key.size(); ++part) {
      const int order = order_of_forms(keys[part]->type, key[part], group->key[part]);
      if (order < 0) group->key = key;
      if (order != 0) break;
    }
  }
  TextRows result;
  for (const OracleGroup& group : groups) {
    TextRow row = group.key;
    for (const AggregateCall& call : calls) row.push_back(compute_call(call, columns, group.rows));
    result.push_back(std::move(row));
  }
  return result;
}

struct Compute {
  const PlanNode& plan;
  const OracleState& state;

  TextRows operator()(const TableScan& scan) const {
    TextRows rows;
    for (const TextRow& whole : state.tables.at(scan.table->oid)) {
      TextRow row;
      for (const std::uint32_t column : scan.columns) row.push_back(whole[column]);
      rows.push_back(std::move(row));
    }
    return rows;
  }
  TextRows operator()(const ViewScan& scan) const { return state.views.at(scan.view); }
  TextRows operator()(const OneRow& /*row*/) const { return {TextRow()}; }
  TextRows operator()(const Filter& filter) const {
    TextRows rows;
    for (const TextRow& row : compute_rows(*filter.input, state))
      if (is_true(filter.condition, {&filter.input->columns}, {&row})) rows.push_back(row);
    return rows;
  }
  TextRows operator()(const Project& project) const {
    TextRows rows;
    for (const TextRow& row : compute_rows(*project.input, state)) {
      rows.emplace_back();
      for (const ExpressionPtr& output : project.outputs)
        rows.back().push_back(evaluate(output, {&project.input->columns}, {&row}));
    }
    return rows;
  }
  TextRows operator()(const Join& join) const { return join_rows(join, state); }
  TextRows operator()(const Aggregate& aggregate) const {
    return group_rows(aggregate.keys, aggregate.calls, aggregate.input->columns,
                      compute_rows(*aggregate.input, state), aggregate.keys.empty());
  }
  TextRows operator()(const Distinct& distinct) const {
    Expressions keys;
    const Columns& columns = distinct.input->columns;
    for (std::uint32_t column = 0; column < columns.size(); ++column)
      keys.push_back(make_column(columns[column].type, 0, column));
    return group_rows(keys, {}, columns, compute_rows(*distinct.input, state), false);
  }
  TextRows operator()(const UnionAll& union_all) const {
    TextRows rows;
    for (const PlanPtr& input : union_all.inputs)
      for (TextRow& row : compute_rows(*input, state)) rows.push_back(std::move(row));
    return rows;
  }
};

}  // namespace

TextRows compute_rows(const PlanNode& plan, const OracleState& state) {
  return std::visit(Compute{plan, state}, plan.body);
}

std::map<std::string, TextRows> compute_views(const std::vector<BoundView>& views,
                                              const std::map<Oid, TextRows>& tables) {
  OracleState state{tables, {}};
  for (const BoundView& view : views) state.views[view.name] = compute_rows(*view.plan, state);
  return state.views;
}

}  // namespace deltamill
