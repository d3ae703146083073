// The key of a view: declared in its header or by CREATE UNIQUE INDEX, else inferred; or the advice
// how to get one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "views/plan/key_search.h"
#include "views/sql/rejection.h"

namespace deltamill {

struct DeclaredKey {
  std::vector<std::string> columns;
  Position position = 0;
};

struct ViewKey {
  std::optional<KeyColumns> columns;
  bool declared = false;  // and not provable
  std::vector<Rejection> errors;
  std::vector<Rejection> warnings;  // no key: what to add
};

// REQUIRES: the plan is not pruned yet, so that the keys of tables are still in it.
[[nodiscard]] ViewKey find_view_key(const PlanNode& plan, const ViewKeys& views,
                                    const std::optional<DeclaredKey>& declared);

}  // namespace deltamill
