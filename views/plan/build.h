// Plan nodes with their output columns derived: names, types, and which can be NULL.
#pragma once

#include <string>
#include <vector>

#include "views/plan/plan.h"

namespace deltamill {

[[nodiscard]] PlanPtr make_one_row();

// All columns of the table.
[[nodiscard]] PlanPtr make_table_scan(const std::shared_ptr<const Table>& table);

[[nodiscard]] PlanPtr make_filter(const PlanPtr& input, ExpressionPtr condition);

// REQUIRES: as many names as outputs.
[[nodiscard]] PlanPtr make_project(const PlanPtr& input, Expressions outputs,
                                   const std::vector<std::string>& names);

// condition: nullptr = cross join. Outer joins make the columns of the padded side nullable.
[[nodiscard]] PlanPtr make_join(JoinKind kind, const PlanPtr& left, const PlanPtr& right,
                                ExpressionPtr condition);

// REQUIRES: as many names as keys; calls are named by their function.
[[nodiscard]] PlanPtr make_aggregate(const PlanPtr& input, const Expressions& keys,
                                     const std::vector<std::string>& key_names,
                                     const std::vector<AggregateCall>& calls);

[[nodiscard]] PlanPtr make_distinct(const PlanPtr& input);

// REQUIRES: at least one input, all with columns of the same types. Names come from the first.
[[nodiscard]] PlanPtr make_union_all(std::vector<PlanPtr> inputs);

// The AND of conditions, flattened; nullptr = none.
[[nodiscard]] ExpressionPtr make_conjunction(Expressions conditions);

// The arguments of an AND, nested ones too, or the condition itself; nullptr: none.
[[nodiscard]] Expressions conjuncts_of(const ExpressionPtr& condition);

// Whether the expression can be NULL over rows with these columns (input 0, then input 1).
[[nodiscard]] bool may_be_null(const Expression& expression, const Columns& columns,
                               const Columns& right_columns = {});

}  // namespace deltamill
