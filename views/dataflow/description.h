// The words that operators share for describing themselves.
#pragma once

#include <span>
#include <string>

#include "views/data/schema.h"
#include "views/expressions/to_text.h"

namespace deltamill {

class Collection;

// "(id, line_no)"
[[nodiscard]] std::string column_list(const Columns& columns, const KeyColumns& key);

// Names the columns of leaves (input i is leaf i): with the leaf where several have such a column.
// REQUIRES: the leaves outlive the namer.
[[nodiscard]] ColumnNamer name_columns(std::vector<const Collection*> leaves);

// "a = b AND c > 3": without the parentheses around each operator.
[[nodiscard]] std::string describe_conditions(const Expressions& conditions,
                                              const ColumnNamer& name_of);

// "id, qty * price AS total": named where the name says more than the expression.
[[nodiscard]] std::string describe_outputs(const Expressions& outputs, const Columns& columns,
                                           const ColumnNamer& name_of);

}  // namespace deltamill
