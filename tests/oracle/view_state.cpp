// Adds deltas up to rows, strictly: a weight that becomes negative or a row that was not there is
// an error.
#include "tests/oracle/view_state.h"

#include <set>
#include <stdexcept>

#include "views/data/text_form.h"

namespace deltamill {

namespace {

TextRow text_row(const Columns& columns, const RowLayout& layout, RowBytes row) {
  TextRow texts;
  for (std::uint32_t column = 0; column < columns.size(); ++column) {
    const Value value = row_value(layout, row, column);
    texts.emplace_back();
    if (value.is_null()) continue;
    texts.back().emplace();
    append_text(columns[column].type, value, *texts.back());
  }
  return texts;
}

}  // namespace

ViewState::ViewState(const std::vector<BoundView>& views)
    : rows_(views.size()), errors_(views.size()) {
  for (const BoundView& view : views) columns_.push_back(view.plan->columns);
}

void ViewState::apply(const ViewDeltas& deltas) {
  for (const ViewDelta& delta : deltas.views) {
    const Columns& columns = columns_[delta.view];
    const RowLayout layout(columns);
    std::set<TextRow> seen;
    for (const DeltaRow& change : delta.rows) {
      const TextRow row = text_row(columns, layout, change.row);
      if (change.weight == 0 || !seen.insert(row).second)
        throw std::logic_error("a delta is not consolidated: " + to_text(row));
      std::int64_t& count = rows_[delta.view][row];
      count += change.weight;
      if (count < 0) throw std::logic_error("a row is there less than not at all: " + to_text(row));
      if (count == 0) rows_[delta.view].erase(row);
    }
    for (const ErrorDelta& error : delta.errors) {
      const std::string text = error.message + " at " + error.key;
      std::int64_t& count = errors_[delta.view][text];
      count += error.weight;
      if (count < 0) throw std::logic_error("an error is there less than not at all: " + text);
      if (count == 0) errors_[delta.view].erase(text);
    }
  }
}

TextMultiset multiset_of(const TextRows& rows) {
  TextMultiset result;
  for (const TextRow& row : rows) ++result[row];
  return result;
}

std::string to_text(const TextRow& row) {
  std::string text = "(";
  for (std::size_t column = 0; column < row.size(); ++column) {
    if (column > 0) text += ", ";
    text += row[column] ? "'" + *row[column] + "'" : "NULL";
  }
  return text + ")";
}

std::string to_text(const TextMultiset& rows) {
  std::string text;
  for (const auto& [row, count] : rows)
    text += "+" + std::to_string(count) + " " + to_text(row) + "\n";
  return text;
}

}  // namespace deltamill
