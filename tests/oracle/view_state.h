// The rows of views as a sink would have them: the sum of all deltas so far, as text.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/oracle/plan_oracle.h"
#include "views/dataflow/graph.h"

namespace deltamill {

using TextMultiset = std::map<TextRow, std::int64_t>;

class ViewState {
 public:
  explicit ViewState(const std::vector<BoundView>& views);

  // Throws std::logic_error when a delta is not consolidated or makes a multiplicity negative.
  void apply(const ViewDeltas& deltas);

  [[nodiscard]] const TextMultiset& rows(std::size_t view) const { return rows_[view]; }
  // Messages of the view's rows in error, with their keys: "division by zero at {"id":1}".
  [[nodiscard]] const std::map<std::string, std::int64_t>& errors(std::size_t view) const {
    return errors_[view];
  }

 private:
  std::vector<Columns> columns_;
  std::vector<TextMultiset> rows_;
  std::vector<std::map<std::string, std::int64_t>> errors_;
};

[[nodiscard]] TextMultiset multiset_of(const TextRows& rows);

// "+1 (1, 'Ada')" per row, sorted.
[[nodiscard]] std::string to_text(const TextMultiset& rows);
[[nodiscard]] std::string to_text(const TextRow& row);

}  // namespace deltamill
