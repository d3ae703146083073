// Weights add up; zero vanishes.
#include "service/pipeline/error_list.h"

namespace deltamill {

std::int64_t total_weight(const std::vector<ErrorDelta>& deltas) {
  std::int64_t total = 0;
  for (const ErrorDelta& delta : deltas) total += delta.weight;
  return total;
}

void ErrorLists::apply(std::size_t view, const std::vector<ErrorDelta>& deltas) {
  const std::lock_guard lock(mutex_);
  for (const ErrorDelta& delta : deltas) {
    const auto place =
        lists_[view].try_emplace({delta.operator_name, delta.message, delta.key}).first;
    place->second += delta.weight;
    if (place->second == 0) lists_[view].erase(place);
  }
}

void ErrorLists::clear(std::size_t view) {
  const std::lock_guard lock(mutex_);
  lists_[view].clear();
}

std::vector<ErrorRow> ErrorLists::rows(std::size_t view, std::size_t limit) const {
  const std::lock_guard lock(mutex_);
  std::vector<ErrorRow> rows;
  for (const auto& [key, weight] : lists_[view]) {
    if (rows.size() == limit) break;
    rows.push_back({std::get<2>(key), std::get<0>(key), std::get<1>(key)});
  }
  return rows;
}

}  // namespace deltamill
