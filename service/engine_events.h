// What the engine and the sinks tell, and who learns of it.
#pragma once

#include <functional>

#include "service/answers/store_positions.h"
#include "service/board.h"
#include "service/conditions.h"
#include "service/engine_slot.h"
#include "service/events.h"
#include "service/pipeline/engine.h"
#include "service/pipeline/sink_follower.h"
#include "service/telemetry/metrics.h"
#include "service/telemetry/trace.h"

namespace deltamill {

struct EngineEars {
  Metrics& metrics;
  Trace& trace;
  Board& board;
  Events& events;
  StorePositions& positions;
  Conditions& conditions;
  EngineSlot& slot;
};

// `loading`: base rows so far and in all. `measure`: on the engine's thread, now and then.
// The ears outlive the engine.
[[nodiscard]] EngineListeners engine_listeners(
    const EngineEars& ears, std::function<void(std::uint64_t rows, std::uint64_t total)> loading,
    std::function<void()> measure);
// Of the sink of this offset. The ears outlive the sink's follower.
[[nodiscard]] SinkFollowerListeners sink_listeners(const EngineEars& ears, std::size_t sink);

}  // namespace deltamill
