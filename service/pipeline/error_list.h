// The rows in error of each view (division by zero and kin): a multiset kept by deltas, readable
// from any thread.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

#include "service/http/backend.h"
#include "views/dataflow/graph.h"

namespace deltamill {

class ErrorLists {
 public:
  explicit ErrorLists(std::size_t view_count) : lists_(view_count) {}

  void apply(std::size_t view, const std::vector<ErrorDelta>& deltas);
  void clear(std::size_t view);
  // Rows in error with their multiplicities.
  [[nodiscard]] std::uint64_t count(std::size_t view) const;
  // At most `limit` of them.
  [[nodiscard]] std::vector<ErrorRow> rows(std::size_t view, std::size_t limit) const;

 private:
  using Key = std::tuple<std::string, std::string, std::string>;  // operator, message, key

  mutable std::mutex mutex_;
  std::vector<std::map<Key, std::int64_t>> lists_;  // guarded by mutex_
};

}  // namespace deltamill
