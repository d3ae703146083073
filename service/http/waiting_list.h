// Who waits for which position, in the order of the positions. When a commit is waited for by many,
// they are let through a few at a time: whoever comes meanwhile is not behind all of them. Of one
// thread.
#pragma once

#include <cstddef>
#include <functional>
#include <map>

#include "views/data/frontier.h"

namespace deltamill {

class WaitingList {
 public:
  // One who waits, from construction until it has been served: then it is destroyed, and the next
  // goes on.
  class Entry {
   public:
    // `wake` may be called more than once, and only while it changes nothing in the list.
    Entry(WaitingList& list, Lsn position, std::function<void()> wake);
    ~Entry();
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

   private:
    friend class WaitingList;
    WaitingList& list_;
    std::function<void()> wake_;
    std::multimap<Lsn, Entry*>::iterator position_;  // end: it was let through
  };

  // At most so many are served at once of those that a frontier has let through; at least 1.
  explicit WaitingList(std::size_t served_at_once) : served_at_once_(served_at_once) {}

  // Wakes those whose position the frontier has reached, as the ones before them are served; costs
  // nothing for the others.
  void reached(Frontier frontier);
  // Waiting is over for all, at once and from here on.
  void wake_all();

 private:
  void let_through();

  const std::size_t served_at_once_;
  std::multimap<Lsn, Entry*> entries_;
  std::size_t served_ = 0;  // let through and not destroyed
  Frontier frontier_;
  bool over_ = false;
};

}  // namespace deltamill
