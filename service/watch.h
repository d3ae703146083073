// Polls what has no callback: dropped trace events, WAL that the source keeps for the slot.
#pragma once

#include "service/configuration/settings.h"
#include "service/source/retained_wal.h"
#include "service/source/source.h"
#include "service/telemetry/metrics.h"
#include "service/telemetry/trace.h"

namespace deltamill {

// Of one thread.
class Watch {
 public:
  Watch(const Settings& settings, const Source& source, Metrics& metrics, Trace& trace)
      : settings_(settings),
        source_(source),
        metrics_(metrics),
        trace_(trace),
        retained_wal_(settings.source.warn_retained_wal_bytes) {}

  void look();

 private:
  const Settings& settings_;
  const Source& source_;
  Metrics& metrics_;
  Trace& trace_;
  RetainedWalAlarm retained_wal_;
};

}  // namespace deltamill
