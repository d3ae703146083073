// A view is built anew beside the live one: its own dataflow replays the journal into a new
// generation, catches up, and becomes current at a batch boundary of the engine. The engine is held
// for one slice at a time, never longer.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "service/journal/journal.h"
#include "service/pipeline/engine.h"
#include "service/pipeline/jobs.h"

namespace deltamill {

// Rows written to the sink while the engine waits: about 30 ms of a sorted load.
inline constexpr std::size_t rebuild_slice_rows_max = 20'000;

struct RebuildTarget {
  Journal& journal;
  Engine& engine;
  const std::vector<BoundView>& views;  // of the project, in dependency order
  std::string view;
  std::uint32_t sink_view = 0;
};

// Runs the job; the result is {"frontier":"…","rows":n}. Throws JobCancelled (the unfinished
// generation is dropped).
[[nodiscard]] std::string rebuild_view(const RebuildTarget& target, JobControl& control);

}  // namespace deltamill
