// Builders of tables and plans.
#include "tests/unit/dataflow/shop.h"

#include <array>
#include <stdexcept>

#include "views/data/check.h"
#include "views/data/text_form.h"

namespace deltamill {

namespace {

// Bytes of constants, for the whole run of the tests.
Arena& constants() {
  static Arena arena;
  return arena;
}

Columns columns_of(const Expressions& outputs) {
  Columns columns;
  for (const ExpressionPtr& output : outputs)
    columns.push_back({"c" + std::to_string(columns.size()), output->type, true});
  return columns;
}

}  // namespace

std::shared_ptr<const Table> make_table(
    Oid oid, const std::string& name, const std::vector<std::pair<std::string, TypeKind>>& columns,
    std::uint32_t key_columns) {
  Table table;
  table.oid = oid;
  table.schema = "public";
  table.name = name;
  for (const auto& [column, kind] : columns) {
    TableColumn one;
    one.name = column;
    one.type = type_of(kind);
    one.attribute = static_cast<std::int16_t>(table.columns.size() + 1);
    table.columns.push_back(one);
  }
  if (key_columns > 0) {
    table.primary_key.emplace();
    for (std::uint32_t column = 0; column < key_columns; ++column)
      table.primary_key->push_back(column);
  } else {
    table.identity = ReplicaIdentity::full;
  }
  return std::make_shared<const Table>(std::move(table));
}

PlanPtr scan(const std::shared_ptr<const Table>& table) {
  Columns columns;
  TableScan scan{table, {}};
  for (std::uint32_t column = 0; column < table->columns.size(); ++column) {
    columns.push_back({table->columns[column].name, table->columns[column].type, true});
    scan.columns.push_back(column);
  }
  return make_plan(std::move(columns), std::move(scan));
}

ExpressionPtr column_of(const PlanPtr& plan, const std::string& name, std::uint32_t input) {
  for (std::uint32_t column = 0; column < plan->columns.size(); ++column)
    if (plan->columns[column].name == name)
      return make_column(plan->columns[column].type, input, column);
  throw std::logic_error("no column " + name);
}

ExpressionPtr constant(TypeKind kind, const std::string& text) {
  return make_constant(type_of(kind), parse_text(type_of(kind), text, constants()).value());
}

ExpressionPtr operation(const std::string& symbol, const ExpressionPtr& left,
                        const ExpressionPtr& right) {
  const Function* function = find_operator(symbol, left->type.kind, right->type.kind);
  if (function == nullptr) throw std::logic_error("no operator " + symbol);
  return make_call(*function, type_of(function->result), {left, right});
}

ExpressionPtr cast_to(TypeKind kind, const ExpressionPtr& expression) {
  const Function* function = find_cast(expression->type.kind, kind);
  if (function == nullptr) throw std::logic_error("no such cast");
  return make_call(*function, type_of(kind), {expression});
}

ExpressionPtr both(const ExpressionPtr& left, const ExpressionPtr& right) {
  return make_expression(Expression::Kind::all_of, type_of(TypeKind::boolean), {left, right});
}

PlanPtr filter(const PlanPtr& input, const ExpressionPtr& condition) {
  return make_plan(input->columns, Filter{input, condition});
}

PlanPtr project(const PlanPtr& input, const Expressions& outputs) {
  return make_plan(columns_of(outputs), Project{input, outputs});
}

PlanPtr join(JoinKind kind, const PlanPtr& left, const PlanPtr& right,
             const ExpressionPtr& condition) {
  Columns columns = left->columns;
  columns.insert(columns.end(), right->columns.begin(), right->columns.end());
  return make_plan(std::move(columns), Join{kind, left, right, condition});
}

PlanPtr aggregate(const PlanPtr& input, const Expressions& keys,
                  const std::vector<AggregateCall>& calls) {
  Columns columns = columns_of(keys);
  for (const AggregateCall& one : calls)
    columns.push_back({"a" + std::to_string(columns.size()), one.type, true});
  return make_plan(std::move(columns), Aggregate{input, keys, calls});
}

AggregateCall call(std::string_view function, const ExpressionPtr& argument) {
  AggregateCall call;
  call.function = find_aggregate(function, std::array{argument->type.kind});
  DM_CHECK(call.function != nullptr, "no aggregate takes the argument");
  call.arguments = {argument};
  call.type = call.function->result == TypeKind::enumeration ? argument->type
                                                             : type_of(call.function->result);
  return call;
}

AggregateCall count_rows() {
  AggregateCall call;
  call.function = find_aggregate("count", {});
  call.type = type_of(TypeKind::int8);
  return call;
}

BoundView view(const std::string& name, const PlanPtr& plan) {
  return {name, plan, std::nullopt, false};
}

PlanPtr scan_view(const BoundView& read) {
  return make_plan(read.plan->columns, ViewScan{read.name});
}

}  // namespace deltamill
