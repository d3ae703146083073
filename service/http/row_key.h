// The key of a row as a path gives it: values in key order joined by commas.
#pragma once

#include <string_view>
#include <vector>

#include "service/http/row_query.h"

namespace deltamill {

// Reads a decoded key. REQUIRES: view.key. ENSURES: an operand under Aspect::equality per key
// column; nothing inside = NULL.
[[nodiscard]] std::vector<SqlValue> parse_key(std::string_view text, const QueriedView& view);

}  // namespace deltamill
