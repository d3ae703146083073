// What is known of the rows of a plan: keys (sets of columns that no two rows share) and
// dependencies (columns that determine others). Facts go up the plan; both hold under IS NOT
// DISTINCT FROM.
//
//   orders  primary key (id)                     key {id}; id -> every column
//   orders JOIN customers ON c.id = customer_id  key {orders.id, c.id}; customer_id <-> c.id,
//                                                so that orders.id alone is a key
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "views/plan/plan.h"

namespace deltamill {

// The key of each view that a plan may read; views without one are absent.
using ViewKeys = std::map<std::string, KeyColumns>;

using ColumnSet = std::set<std::uint32_t>;

// Rows that agree on the determinants agree on the determined columns.
struct Dependency {
  ColumnSet determinants;
  ColumnSet determined;
};

struct Facts {
  std::vector<ColumnSet> keys;
  std::vector<Dependency> dependencies;
};

[[nodiscard]] Facts facts_of(const PlanNode& node, const ViewKeys& views);

// Whether no two rows can agree on these columns.
[[nodiscard]] bool is_key(const ColumnSet& columns, const Facts& facts);

// Where the input columns of a projection are: column -> leftmost output that shows it.
[[nodiscard]] std::map<std::uint32_t, std::uint32_t> visible_columns(const Expressions& outputs);

}  // namespace deltamill
