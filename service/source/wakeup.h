// Lets other threads interrupt the source thread's poll(): an eventfd.
#pragma once

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <system_error>

namespace deltamill {

class Wakeup {
 public:
  Wakeup() : descriptor_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    if (descriptor_ < 0)
      throw std::system_error(errno, std::generic_category(), "cannot create an eventfd");
  }
  ~Wakeup() { close(descriptor_); }
  Wakeup(const Wakeup&) = delete;
  Wakeup& operator=(const Wakeup&) = delete;

  [[nodiscard]] int descriptor() const { return descriptor_; }
  // Thread-safe.
  void notify() { static_cast<void>(eventfd_write(descriptor_, 1)); }
  void clear() {
    eventfd_t count = 0;
    static_cast<void>(eventfd_read(descriptor_, &count));
  }

 private:
  int descriptor_;
};

}  // namespace deltamill
