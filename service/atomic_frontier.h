// A frontier that one thread moves and others read: both parts of one moment.
#pragma once

#include <mutex>

#include "views/data/frontier.h"

namespace deltamill {

class AtomicFrontier {
 public:
  AtomicFrontier() = default;
  explicit AtomicFrontier(Frontier frontier) : frontier_(frontier) {}

  [[nodiscard]] Frontier load() const {
    const std::lock_guard lock(mutex_);
    return frontier_;
  }
  void store(Frontier frontier) {
    const std::lock_guard lock(mutex_);
    frontier_ = frontier;
  }

 private:
  mutable std::mutex mutex_;
  Frontier frontier_;
};

}  // namespace deltamill
