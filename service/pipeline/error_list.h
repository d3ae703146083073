// The rows in error of each view (division by zero and kin): a multiset kept by deltas, readable
// from any thread. How many there are beside the rows that readers see, the store knows.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "service/mutex.h"
#include "service/pipeline/error_row.h"
#include "views/dataflow/graph.h"

namespace deltamill {

// How many more rows are in error after these deltas.
[[nodiscard]] std::int64_t total_weight(const std::vector<ErrorDelta>& deltas);

class ErrorLists {
 public:
  explicit ErrorLists(std::size_t view_count) : lists_(view_count) {}

  void apply(std::size_t view, const std::vector<ErrorDelta>& deltas);
  void clear(std::size_t view);
  // At most `limit` of them.
  [[nodiscard]] std::vector<ErrorRow> rows(std::size_t view, std::size_t limit) const;

 private:
  using Key = std::tuple<std::string, std::string, std::string>;  // operator, message, key

  mutable Mutex mutex_;
  std::vector<std::map<Key, std::int64_t>> lists_ DM_GUARDED_BY(mutex_);
};

}  // namespace deltamill
