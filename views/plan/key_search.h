// Which columns of a plan identify a row: keys inferred from primary and unique keys, groups and
// equality joins.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "views/plan/dependencies.h"

namespace deltamill {

// The shortest provable key, of equally short ones the leftmost, in output order. Empty: at most
// one row.
[[nodiscard]] std::optional<KeyColumns> infer_key(const PlanNode& plan, const ViewKeys& views);

// Whether no two rows can agree on these output columns.
[[nodiscard]] bool provably_unique(const PlanNode& plan, const KeyColumns& columns,
                                   const ViewKeys& views);

// For a plan without a provable key: the columns whose addition to the output would give it one, as
// "orders.id". Empty: adding columns does not help.
[[nodiscard]] std::vector<std::string> columns_to_add_for_key(const PlanNode& plan,
                                                              const ViewKeys& views);

}  // namespace deltamill
