// When to warn of the WAL that the source keeps for the slot: source.warn_retained_wal.
#pragma once

#include <cstdint>

namespace deltamill {

class RetainedWalAlarm {
 public:
  explicit RetainedWalAlarm(std::uint64_t limit_bytes) : limit_bytes_(limit_bytes) {}  // 0 = never

  // True once each time the size rises above the limit: it has to fall to it before the next time.
  [[nodiscard]] bool rose_above(std::int64_t retained_bytes);

 private:
  std::uint64_t limit_bytes_;
  bool above_ = false;
};

}  // namespace deltamill
