// Two multisets of rows, each a JSON object as PostgreSQL's row_to_json prints it.
#pragma once

#include <set>
#include <string>
#include <vector>

namespace deltamill {

// Columns whose text PostgreSQL leaves open, because equal values print differently and any of them
// may stand for a group: 1.0 and 1.00, -0 and 0, 1 mon and 30 days. They are compared by value, all
// others byte for byte.
using ColumnsByValue = std::set<std::string>;

// What only one side has, one row a line with "view" or "source" before it; empty = equal.
[[nodiscard]] std::string difference_of(const std::vector<std::string>& view,
                                        const std::vector<std::string>& source,
                                        const ColumnsByValue& by_value = {});

}  // namespace deltamill
