// Which tables and views a query names, without a catalog: names of WITH are not among them.
#pragma once

#include <string>
#include <vector>

#include "views/sql/syntax.h"

namespace deltamill {

struct RelationReference {
  std::string schema;  // empty = unqualified
  std::string name;
  Position position = 0;
};

// In order of appearance; a relation named twice appears twice.
[[nodiscard]] std::vector<RelationReference> references_of(const SelectSyntax& query);

}  // namespace deltamill
