// Views whose key the caller sees page in SQL. Otherwise an offset counts copies, which only
// stepping through can do: the copies of a row stand together, in one row of the store with its
// multiplicity, or in several that differ in what the caller does not see.
#include "service/http/page_reader.h"

#include <algorithm>
#include <utility>

#include "sinks/sqlite/stored_value.h"

namespace deltamill {
namespace {

constexpr std::size_t body_bytes_max = std::size_t{256} << 20;

class PageReader {
 public:
  PageReader(const QueriedView& view, const RowsRequest& request, Statement& rows)
      : view_(view), request_(request), rows_(rows), keyed_(view.keyed()) {
    if (keyed_) return;
    skip_ = request.window.offset;
    if (!request.after) return;
    row_ = request.after->values;
    copies_before_ = request.after->copies;
  }

  Page read(RowWriter& writer, const std::string& body) {
    writer.begin();
    while (!page_.more && rows_.step()) {
      take_row(writer);
      if (body.size() > body_bytes_max)
        throw Problem(ProblemName::overloaded, "the answer is too large; ask for fewer rows");
    }
    writer.end();
    return std::move(page_);
  }

 private:
  void take_row(RowWriter& writer) {
    if (!keyed_) follow_copies();
    const std::uint64_t copies = view_.key ? 1 : multiplicity();
    std::uint64_t done = std::min(copies_before_, copies);
    copies_before_ -= done;
    const std::uint64_t skipped = std::min(skip_, copies - done);
    skip_ -= skipped;
    done += skipped;
    const std::uint64_t taken = std::min(copies - done, request_.window.limit - page_.rows);
    for (std::uint64_t i = 0; i < taken; ++i) writer.append(rows_);
    page_.rows += taken;
    done += taken;
    if (!keyed_) copies_done_ += done;
    if (taken > 0 && page_.rows == request_.window.limit)
      page_.last = PageToken{request_.fingerprint, copies_done_, order_values()};
    page_.more = done < copies;
  }

  [[nodiscard]] int first_order_column() const {
    return static_cast<int>(request_.query.select.size());
  }

  [[nodiscard]] std::uint64_t multiplicity() const {
    const int column = first_order_column() + static_cast<int>(request_.query.order.size());
    return static_cast<std::uint64_t>(rows_.integer(column));
  }

  // The row's place in the order, as a token has it.
  [[nodiscard]] std::vector<std::optional<std::string>> order_values() const {
    std::vector<std::optional<std::string>> values;
    for (int column = first_order_column(); const OrderItem& item : request_.query.order) {
      const Type& type = view_.columns[item.column].type;
      std::optional<std::string>& text = values.emplace_back();
      if (!rows_.is_null(column))
        append_stored_text(type, TextUse::copy, rows_, column, text.emplace());
      // The floating-point zeros are equal and print differently: they share a place.
      const bool real = type.kind == TypeKind::float4 || type.kind == TypeKind::float8;
      if (real && text == "-0") text = "0";
      ++column;
    }
    return values;
  }

  // A page begins among the copies of the row where the one before ended, if they are still there;
  // with another row what was sent of that one is over.
  void follow_copies() {
    std::vector<std::optional<std::string>> row = order_values();
    if (row == row_) return;
    row_ = std::move(row);
    copies_before_ = 0;
    copies_done_ = 0;
  }

  const QueriedView& view_;
  const RowsRequest& request_;
  Statement& rows_;
  bool keyed_;
  std::uint64_t skip_ = 0;
  std::uint64_t copies_before_ = 0;  // of row_, on earlier pages and not yet passed by
  std::uint64_t copies_done_ = 0;    // of row_, on earlier pages and on this one
  std::vector<std::optional<std::string>> row_;
  Page page_;
};

}  // namespace

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

Page read_page(const QueriedView& view, const RowsRequest& request, Statement& rows,
               std::string& body) {
  RowWriter writer(request.format, view, request.query.select, body);
  return PageReader(view, request, rows).read(writer, body);
}

}  // namespace deltamill
