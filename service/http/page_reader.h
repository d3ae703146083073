// Steps through the rows of a window, repeating each by its multiplicity, and says where the next
// page begins.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "service/http/reading.h"
#include "service/http/row_writer.h"
#include "service/http/rows_request.h"

namespace deltamill {

// What a window holds.
struct Page {
  std::uint64_t rows = 0;
  bool more = false;              // rows follow
  std::optional<PageToken> last;  // of the last row, when the window is full
};

// What a window needs from the store: a row more, to know whether there is one.
[[nodiscard]] PageBounds bounds_of(const QueriedView& view, const RowsRequest& request);

class PageReader {
 public:
  // All outlive the reader. `rows` is the statement of rows_sql with these bounds, not stepped yet.
  PageReader(const QueriedView& view, const RowsRequest& request, BoundStatement& rows);

  // Appends rows to the body until it holds `bytes_max`. False = the window ended before that.
  bool read(RowWriter& writer, std::size_t bytes_max, std::string& body);
  // The page as it will be when all is read. Goes through the rest of the window, then returns to
  // where it was.
  [[nodiscard]] Page look_ahead();
  // As far as it was read.
  [[nodiscard]] const Page& page() const { return state_.page; }

 private:
  using OrderValues = std::vector<std::optional<std::string>>;

  // Where the reader stands; all but the statement's own row.
  struct State {
    Page page;
    std::uint64_t steps = 0;          // of the statement
    std::uint64_t unwritten = 0;      // copies of the statement's row
    std::uint64_t skip = 0;           // copies, before the window
    std::uint64_t copies_before = 0;  // of `row`, on earlier pages and not yet passed by
    std::uint64_t copies_done = 0;    // of `row`, on earlier pages and on this one
    OrderValues row;
  };

  bool advance();
  void follow_copies();
  [[nodiscard]] int first_order_column() const;
  [[nodiscard]] std::uint64_t multiplicity() const;
  [[nodiscard]] OrderValues order_values() const;

  const QueriedView& view_;
  const RowsRequest& request_;
  BoundStatement& rows_;
  const bool keyed_;
  State state_;
};

}  // namespace deltamill
