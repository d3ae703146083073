// Who waits for which position: a multimap of entries that live with those who wait, and a count of
// those let through.
#include "service/http/waiting_list.h"

#include <algorithm>
#include <utility>

namespace deltamill {

WaitingList::Entry::Entry(WaitingList& list, Lsn position, std::function<void()> wake)
    : list_(list), wake_(std::move(wake)), position_(list.entries_.emplace(position, this)) {}

// One whose deadline passed, or who found its position reached before it was woken, was not counted.
WaitingList::Entry::~Entry() {
  if (position_ != list_.entries_.end()) {
    list_.entries_.erase(position_);
    return;
  }
  --list_.served_;
  list_.let_through();
}

void WaitingList::reached(Frontier frontier) {
  frontier_ = std::max(frontier_, frontier);
  let_through();
}

void WaitingList::let_through() {
  if (over_) return;
  while (served_ < served_at_once_ && !entries_.empty()) {
    const auto first = entries_.begin();
    if (!frontier_.has_reached(first->first)) return;
    Entry& entry = *first->second;
    entry.position_ = entries_.end();
    entries_.erase(first);
    ++served_;
    entry.wake_();
  }
}

void WaitingList::wake_all() {
  over_ = true;
  for (const auto& [position, entry] : entries_) entry->wake_();
}

}  // namespace deltamill
