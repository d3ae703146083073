// Tables and small builders of plans for the tests of the dataflow.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "views/plan/plan.h"

namespace deltamill {

[[nodiscard]] inline Type type_of(TypeKind kind) {
  return {kind, -1, nullptr, {}};
}

// The first `key_columns` columns are the primary key; 0 = none, replica identity FULL.
[[nodiscard]] std::shared_ptr<const Table> make_table(
    Oid oid, const std::string& name, const std::vector<std::pair<std::string, TypeKind>>& columns,
    std::uint32_t key_columns);

// All columns of a table.
[[nodiscard]] PlanPtr scan(const std::shared_ptr<const Table>& table);
[[nodiscard]] ExpressionPtr column_of(const PlanPtr& plan, const std::string& name,
                                      std::uint32_t input = 0);
[[nodiscard]] ExpressionPtr constant(TypeKind kind, const std::string& text);
// An operator of exactly these operand types.
[[nodiscard]] ExpressionPtr operation(const std::string& symbol, const ExpressionPtr& left,
                                      const ExpressionPtr& right);
[[nodiscard]] ExpressionPtr cast_to(TypeKind kind, const ExpressionPtr& expression);
[[nodiscard]] ExpressionPtr both(const ExpressionPtr& left, const ExpressionPtr& right);

[[nodiscard]] PlanPtr filter(const PlanPtr& input, const ExpressionPtr& condition);
[[nodiscard]] PlanPtr project(const PlanPtr& input, const Expressions& outputs);
[[nodiscard]] PlanPtr join(JoinKind kind, const PlanPtr& left, const PlanPtr& right,
                           const ExpressionPtr& condition);
[[nodiscard]] PlanPtr aggregate(const PlanPtr& input, const Expressions& keys,
                                const std::vector<AggregateCall>& calls);
[[nodiscard]] AggregateCall call(std::string_view function, const ExpressionPtr& argument);
[[nodiscard]] AggregateCall count_rows();
[[nodiscard]] BoundView view(const std::string& name, const PlanPtr& plan);
[[nodiscard]] PlanPtr scan_view(const BoundView& read);

}  // namespace deltamill
