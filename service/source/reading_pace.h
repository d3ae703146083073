// When to read at once and when to let bytes gather. The server sends each message by a system call
// of its own; a reader that wakes up for each costs both sides more than decoding does (measured:
// 190,000 changes a second against 100,000). So while messages follow closely upon each other we
// pause and then drain; as soon as little arrives we read at once again.
#pragma once

#include <chrono>
#include <cstddef>

namespace deltamill {

class ReadingPace {
 public:
  static constexpr std::chrono::microseconds pause{250};

  [[nodiscard]] bool gathering() const { return gathering_; }

  // After each drain: how long was waited before it, and how many messages it brought.
  void note(std::chrono::nanoseconds waited, std::size_t messages) {
    if (gathering_) {
      gathering_ = messages >= messages_min;
      return;
    }
    hasty_reads_ = messages > 0 && waited < hasty_wait ? hasty_reads_ + 1 : 0;
    if (hasty_reads_ < hasty_reads_max) return;
    gathering_ = true;
    hasty_reads_ = 0;
  }

 private:
  static constexpr std::chrono::microseconds hasty_wait{100};
  static constexpr int hasty_reads_max = 16;
  static constexpr std::size_t messages_min = 8;  // per pause; less is no backlog
  int hasty_reads_ = 0;
  bool gathering_ = false;
};

}  // namespace deltamill
