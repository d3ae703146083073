// What `explain` says of an operator, and the words that operators share for it.
#pragma once

#include <span>
#include <string>

#include "views/data/schema.h"
#include "views/expressions/to_text.h"

namespace deltamill {

class Collection;

struct Description {
  // What it does, in the words of SQL: "left join  customer_id = customers.id". Empty: nothing that
  // the inputs do not say themselves, so that they are shown in its place.
  std::string text = {};
  // State of its own, beside arrangements: "groups". Empty: none.
  std::string keeps = {};
  // What one changed row of an input costs at most: "O(matching rows)". Empty: the same for all
  // rows, and nothing is looked up.
  std::string cost = {};
  // The inputs are shown where they occur first, not below this operator.
  bool inputs_shown_elsewhere = false;
};

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
