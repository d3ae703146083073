// What `explain` says of an operator, and the words that operators share for it.
#pragma once

#include <span>
#include <string>

#include "views/data/schema.h"
#include "views/expressions/expression.h"

namespace deltamill {

class Collection;

struct Description {
  // One line in the words of SQL: "left join  c.id = o.customer". Empty: nothing that the inputs
  // do not say themselves.
  std::string text;
  // The inputs are shown where they occur first, not below this operator.
  bool inputs_shown_elsewhere = false;
};

// "(id, line_no)"
[[nodiscard]] std::string column_list(const Columns& columns, const KeyColumns& key);

// An expression whose input i is leaf i; with several leaves, columns show theirs.
[[nodiscard]] std::string describe(const Expression& expression,
                                   std::span<const Collection* const> leaves);

// Several of them.
[[nodiscard]] std::string describe(const Expressions& expressions, const std::string& separator,
                                   std::span<const Collection* const> leaves);

}  // namespace deltamill
