// The weights of equal entries add up; an entry whose weight is zero is no longer in error.
#include "service/pipeline/error_list.h"

namespace deltamill {

std::int64_t total_weight(const std::vector<ErrorDelta>& deltas) {
  std::int64_t total = 0;
  for (const ErrorDelta& delta : deltas) total += delta.weight;
  return total;
}

void ErrorLists::apply(std::size_t view, const std::vector<ErrorDelta>& deltas) {
  const MutexLock lock(mutex_);
  for (const ErrorDelta& delta : deltas) {
    const auto entry =
        lists_[view].try_emplace({delta.operator_name, delta.message, delta.key}).first;
    entry->second += delta.weight;
    if (entry->second == 0) lists_[view].erase(entry);
  }
}

void ErrorLists::clear(std::size_t view) {
  const MutexLock lock(mutex_);
  lists_[view].clear();
}

std::vector<ErrorRow> ErrorLists::rows(std::size_t view, std::size_t limit) const {
  const MutexLock lock(mutex_);
  std::vector<ErrorRow> rows;
  for (const auto& [key, weight] : lists_[view]) {
    if (rows.size() == limit) break;
    rows.push_back({std::get<2>(key), std::get<0>(key), std::get<1>(key)});
  }
  return rows;
}

}  // namespace deltamill
