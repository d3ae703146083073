// An edge, not a level: the size is looked at many times a second.
#include "service/source/retained_wal.h"

namespace deltamill {

bool RetainedWalAlarm::rose_above(std::int64_t retained_bytes) {
  // A negative size is a slot that reserves nothing.
  const bool above = limit_bytes_ != 0 && retained_bytes > 0 &&
                     static_cast<std::uint64_t>(retained_bytes) > limit_bytes_;
  const bool rose = above && !above_;
  above_ = above;
  return rose;
}

}  // namespace deltamill
