// A frontier that one thread moves and others read: both parts of one moment.
#pragma once

#include "service/mutex.h"
#include "views/data/frontier.h"

namespace deltamill {

class AtomicFrontier {
 public:
  AtomicFrontier() = default;
  explicit AtomicFrontier(Frontier frontier) : frontier_(frontier) {}

  [[nodiscard]] Frontier load() const {
    const MutexLock lock(mutex_);
    return frontier_;
  }
  void store(Frontier frontier) {
    const MutexLock lock(mutex_);
    frontier_ = frontier;
  }

 private:
  mutable Mutex mutex_;
  Frontier frontier_ DM_GUARDED_BY(mutex_);
};

}  // namespace deltamill
