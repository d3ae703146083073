// What a request asks -> SQL over the table of a view's generation. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "service/http/row_query.h"
#include "sinks/sqlite/bound_sql.h"

namespace deltamill {

// The column that says how often a row of a view without key occurs.
inline constexpr const char* multiplicity_column = "deltamill_count";

// Where a page begins: right after the row that has these values in the columns of the order; with
// `inclusive` at that row itself.
struct PageStart {
  std::vector<SqlValue> values;  // under the aspects of the order; monostate = NULL
  bool inclusive = false;
};

struct PageBounds {
  std::optional<PageStart> start;
  std::uint64_t limit = 0;
  std::uint64_t offset = 0;
};

// Columns of the result: the items of `select`, then those of `order`, then the multiplicity where
// there is no key.
[[nodiscard]] BoundSql rows_sql(const QueriedView& view, const RowQuery& query,
                                const std::string& table, const PageBounds& bounds);

// One integer: the rows that the filter lets through, with their multiplicities.
[[nodiscard]] BoundSql count_sql(const QueriedView& view, const RowQuery& query,
                                 const std::string& table);

// The row of a key. REQUIRES: view.key, values as parse_key returned them.
[[nodiscard]] BoundSql row_sql(const QueriedView& view, const std::vector<SelectItem>& select,
                               const std::string& table, const std::vector<SqlValue>& key);

}  // namespace deltamill
