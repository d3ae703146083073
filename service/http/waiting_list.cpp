// A multimap of entries that live with those who wait.
#include "service/http/waiting_list.h"

#include <utility>

namespace deltamill {

WaitingList::Entry::Entry(WaitingList& list, Lsn position, std::function<void()> wake)
    : list_(list), wake_(std::move(wake)), position_(list.entries_.emplace(position, this)) {}

WaitingList::Entry::~Entry() {
  list_.entries_.erase(position_);
}

void WaitingList::wake_reached(Frontier frontier) const {
  for (const auto& [position, entry] : entries_) {
    if (!frontier.has_reached(position)) return;
    entry->wake_();
  }
}

void WaitingList::wake_all() const {
  for (const auto& [position, entry] : entries_) entry->wake_();
}

}  // namespace deltamill
