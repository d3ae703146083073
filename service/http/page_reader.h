// Steps through the rows of a window, repeating each by its multiplicity, and says where the next
// page begins.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "service/http/row_writer.h"
#include "service/http/rows_request.h"

namespace deltamill {

// What was sent.
struct Page {
  std::uint64_t rows = 0;
  bool more = false;              // rows follow
  std::optional<PageToken> last;  // of the last row sent, when the window is full
};

// What a window needs from the store: a row more, to know whether there is one.
[[nodiscard]] PageBounds bounds_of(const QueriedView& view, const RowsRequest& request);

// REQUIRES: `rows` is the statement of rows_sql with these bounds, not stepped yet. The writer
// writes into `body`.
[[nodiscard]] Page read_page(const QueriedView& view, const RowsRequest& request, Statement& rows,
                             std::string& body);

}  // namespace deltamill
