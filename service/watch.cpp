// Polls what has no callback: dropped trace events, WAL retained by the slot. An alarm is given
// when the value rises above its limit, not at each look.
#include "service/watch.h"

namespace deltamill {

void Watch::look() {
  metrics_.raise_to("trace_events_dropped_total", static_cast<double>(trace_.dropped()),
                    {{"reason", "queue_full"}});
  const std::int64_t retained = source_.status().retained_bytes;
  if (!retained_wal_.rose_above(retained)) return;
  trace_.event(TraceLevel::warning, "source.retained_wal",
               "the source keeps more WAL for the slot than source.warn_retained_wal",
               {{"slot", settings_.source.slot},
                {"retained_bytes", std::to_string(retained)},
                {"limit_bytes", std::to_string(settings_.source.warn_retained_wal_bytes)}});
}

}  // namespace deltamill
