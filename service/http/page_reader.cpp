// Views whose key the caller sees page in SQL. Otherwise an offset counts copies, which only
// stepping through can do: the copies of a row stand together, in one row of the store with its
// multiplicity, or in several that differ in what the caller does not see.
#include "service/http/page_reader.h"

#include <algorithm>
#include <utility>

#include "sinks/sqlite/stored_value.h"

namespace deltamill {

PageReader::PageReader(const QueriedView& view, const RowsRequest& request, BoundStatement& rows)
    : view_(view), request_(request), rows_(rows), keyed_(view.keyed()) {
  if (keyed_) return;
  state_.skip = request.window.offset;
  if (!request.after) return;
  state_.row = request.after->values;
  state_.copies_before = request.after->copies;
}

bool PageReader::read(RowWriter& writer, std::size_t bytes_max, std::string& body) {
  for (;;) {
    for (; state_.unwritten > 0; --state_.unwritten) {
      if (body.size() >= bytes_max) return true;
      writer.append(*rows_, body);
    }
    if (!advance()) return false;
  }
}

// The rows of a snapshot under a total order come in the same order again, so the number of steps
// leads back.
Page PageReader::look_ahead() {
  const State here = state_;
  while (advance()) continue;
  Page page = std::move(state_.page);
  state_ = here;
  rows_.rewind();
  for (std::uint64_t i = 0; i < here.steps; ++i) static_cast<void>(rows_->step());
  return page;
}

// Takes the store's next row into the window; false = the window has ended.
bool PageReader::advance() {
  if (state_.page.more || !rows_->step()) return false;
  ++state_.steps;
  if (!keyed_) follow_copies();
  const std::uint64_t copies = view_.key ? 1 : multiplicity();
  std::uint64_t done = std::min(state_.copies_before, copies);
  state_.copies_before -= done;
  const std::uint64_t skipped = std::min(state_.skip, copies - done);
  state_.skip -= skipped;
  done += skipped;
  Page& page = state_.page;
  const std::uint64_t taken = std::min(copies - done, request_.window.limit - page.rows);
  state_.unwritten = taken;
  page.rows += taken;
  done += taken;
  if (!keyed_) state_.copies_done += done;
  if (taken > 0 && page.rows == request_.window.limit)
    page.last = PageToken{request_.fingerprint, state_.copies_done, order_values()};
  page.more = done < copies;
  return true;
}

int PageReader::first_order_column() const {
  return static_cast<int>(request_.query.select.size());
}

std::uint64_t PageReader::multiplicity() const {
  const int column = first_order_column() + static_cast<int>(request_.query.order.size());
  return static_cast<std::uint64_t>(rows_->integer(column));
}

// The row's values in the columns of the order, as a token has them.
PageReader::OrderValues PageReader::order_values() const {
  OrderValues values;
  for (int column = first_order_column(); const OrderItem& item : request_.query.order) {
    const Type& type = view_.columns[item.column].type;
    std::optional<std::string>& text = values.emplace_back();
    if (!rows_->is_null(column))
      append_stored_text(type, TextUse::copy, *rows_, column, text.emplace());
    // The floating-point zeros are equal and print differently: in the order they are one.
    if (is_real(type.kind) && text == "-0") text = "0";
    ++column;
  }
  return values;
}

// A page begins among the copies of the row where the one before ended, if they are still there;
// with another row what was sent of that one is over.
void PageReader::follow_copies() {
  OrderValues row = order_values();
  if (row == state_.row) return;
  state_.row = std::move(row);
  state_.copies_before = 0;
  state_.copies_done = 0;
}

PageBounds bounds_of(const QueriedView& view, const RowsRequest& request) {
  PageBounds bounds{request.start, request.window.limit + 1, request.window.offset};
  if (view.keyed()) return bounds;
  // Each row of the store stands for at least one copy; those sent before come first.
  const std::uint64_t sent_before = request.after ? request.after->copies : 0;
  for (const std::uint64_t passed : {request.window.offset, sent_before})
    bounds.limit += std::min<std::uint64_t>(passed, INT64_MAX / 4);
  bounds.offset = 0;
  return bounds;
}

}  // namespace deltamill
