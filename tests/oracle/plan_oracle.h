// Recomputes a plan from all rows, slowly and obviously: nested loops, linear searches, one row at
// a time. It shares scalar expressions and value types with the engine, nothing else. Rows are
// text, as PostgreSQL would print them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "views/plan/plan.h"

namespace deltamill {

using TextValue = std::optional<std::string>;  // nothing = NULL
using TextRow = std::vector<TextValue>;
using TextRows = std::vector<TextRow>;

// All rows there are: of tables with all columns, of views as computed so far.
struct OracleState {
  std::map<Oid, TextRows> tables;
  std::map<std::string, TextRows> views;
};

// The rows of a plan, in no particular order. Throws std::runtime_error when a row raises an error.
[[nodiscard]] TextRows compute_rows(const PlanNode& plan, const OracleState& state);

// The rows of all views, by name. REQUIRES: views in dependency order.
[[nodiscard]] std::map<std::string, TextRows> compute_views(const std::vector<BoundView>& views,
                                                            const std::map<Oid, TextRows>& tables);

}  // namespace deltamill
