// Views with a key page in SQL. Without key an offset counts copies, which only stepping through
// can do.
#include "service/http/page_reader.h"

#include <algorithm>
#include <utility>

#include "service/http/store_form.h"

namespace deltamill {
namespace {

constexpr std::size_t body_bytes_max = std::size_t{256} << 20;

class PageReader {
 public:
  PageReader(const QueriedView& view, const RowsRequest& request, Statement& rows)
      : view_(view), request_(request), rows_(rows), skip_(view.key ? 0 : request.window.offset) {}

  Checked<Page> read(RowWriter& writer, const std::string& body) {
    writer.begin();
    for (bool first = true; !page_.more && rows_.step(); first = false) {
      take_row(first, writer);
      if (body.size() > body_bytes_max)
        return refuse(ProblemName::overloaded, "the answer is too large; ask for fewer rows");
    }
    writer.end();
    return std::move(page_);
  }

 private:
  void take_row(bool first, RowWriter& writer) {
    const std::uint64_t copies = view_.key ? 1 : multiplicity();
    std::uint64_t done = first ? copies_sent_before(copies) : 0;
    const std::uint64_t skipped = std::min(skip_, copies - done);
    skip_ -= skipped;
    done += skipped;
    const std::uint64_t taken = std::min(copies - done, request_.window.limit - page_.rows);
    for (std::uint64_t i = 0; i < taken; ++i) writer.append(rows_);
    page_.rows += taken;
    done += taken;
    if (taken > 0 && page_.rows == request_.window.limit)
      page_.last = PageToken{request_.fingerprint, done, order_values()};
    page_.more = done < copies;
  }

  [[nodiscard]] int first_order_column() const {
    return static_cast<int>(request_.query.select.size());
  }

  [[nodiscard]] std::uint64_t multiplicity() const {
    const int column = first_order_column() + static_cast<int>(request_.query.order.size());
    return static_cast<std::uint64_t>(rows_.integer(column));
  }

  [[nodiscard]] std::vector<std::optional<std::string>> order_values() const {
    std::vector<std::optional<std::string>> values;
    for (int column = first_order_column(); const OrderItem& item : request_.query.order) {
      std::optional<std::string>& text = values.emplace_back();
      if (!rows_.is_null(column))
        append_stored_text(view_.columns[item.column].type, TextUse::copy, rows_, column,
                           text.emplace());
      ++column;
    }
    return values;
  }

  // A page of a view without key begins at the row where the one before ended, if that row is still
  // there.
  [[nodiscard]] std::uint64_t copies_sent_before(std::uint64_t copies) const {
    if (view_.key || !request_.after || order_values() != request_.after->values) return 0;
    return std::min(request_.after->copies, copies);
  }

  const QueriedView& view_;
  const RowsRequest& request_;
  Statement& rows_;
  std::uint64_t skip_;
  Page page_;
};

}  // namespace

PageBounds bounds_of(const QueriedView& view, const RowsRequest& request) {
  PageBounds bounds{request.start, request.window.limit + 1, request.window.offset};
  if (view.key) return bounds;
  // Each row stands for at least one copy; one more for the row at which the page before ended.
  bounds.limit = std::min<std::uint64_t>(request.window.offset, INT64_MAX / 2) + bounds.limit + 1;
  bounds.offset = 0;
  return bounds;
}

Checked<Page> read_page(const QueriedView& view, const RowsRequest& request, Statement& rows,
                        std::string& body) {
  RowWriter writer(request.format, view, request.query.select, body);
  return PageReader(view, request, rows).read(writer, body);
}

}  // namespace deltamill
