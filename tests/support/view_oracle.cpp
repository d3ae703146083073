// Waits for the position through Deltamill-Min-Lsn, as a user reads what he wrote.
#include "tests/support/view_oracle.h"

namespace deltamill {

ViewOracle::ViewOracle(std::string url) : url_(std::move(url)) {
  reconnect();
}

void ViewOracle::reconnect() {
  session_ = std::make_unique<SqlSession>(url_);
  session_->execute("CREATE SCHEMA IF NOT EXISTS oracle");
  session_->execute("SET search_path = oracle, public");
}

void ViewOracle::declare(const std::string& view, const std::string& select,
                         const ColumnsByValue& by_value) {
  session_->execute("CREATE VIEW oracle." + view + " AS " + select);
  views_[view] = {select, by_value};
}

void ViewOracle::forget(const std::string& view) {
  session_->execute("DROP VIEW oracle." + view);
  views_.erase(view);
}

std::vector<std::string> ViewOracle::rows(const std::string& view) {
  std::vector<std::string> rows;
  for (const SqlRow& row :
       session_->rows("SELECT row_to_json(whole_row) FROM oracle." + view + " AS whole_row"))
    rows.push_back(row.at(0).value_or(""));
  return rows;
}

std::string ViewOracle::difference(RunningService& service, const std::string& view) {
  const ViewRows maintained = service.rows(view, session_->position());
  const std::string difference =
      difference_of(maintained.rows, rows(view), views_.at(view).by_value);
  if (difference.empty()) return difference;
  return "view " + view + " (" + maintained.condition + ") at " + maintained.lsn + ": " +
         views_.at(view).select + "\n" + difference;
}

std::string ViewOracle::differences(RunningService& service) {
  std::string all;
  for (const auto& [view, declared] : views_) all += difference(service, view);
  return all;
}

}  // namespace deltamill
