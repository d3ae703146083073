// Who waits for which position, in the order of the positions. Of one thread.
#pragma once

#include <functional>
#include <map>

#include "views/data/frontier.h"

namespace deltamill {

class WaitingList {
 public:
  // One who waits, from construction to destruction.
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
    std::multimap<Lsn, Entry*>::iterator position_;
  };

  // Wakes those whose position the frontier has reached; costs nothing for the others.
  void wake_reached(Frontier frontier) const;
  void wake_all() const;

 private:
  std::multimap<Lsn, Entry*> entries_;
};

}  // namespace deltamill
