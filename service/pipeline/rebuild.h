// A view is built anew beside the live one: its own stream replays the journal into a new generation
// of every sink that keeps the view, catches up with the engine, and becomes current at a batch
// boundary of the engine, in each sink with the commit of that frontier. The engine waits only while
// the last changes are read; a sink's thread only for one slice at a time, or for one transaction
// that is larger than a batch.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "service/journal/journal.h"
#include "service/pipeline/engine.h"
#include "service/pipeline/jobs.h"
#include "service/pipeline/sink_follower.h"

namespace deltamill {

// Rows written to a sink in one go: about 30 ms of a sorted load.
inline constexpr std::size_t rebuild_slice_rows_max = 20'000;

struct RebuildTarget {
  Journal& journal;
  Engine& engine;
  // Those that keep the view. REQUIRES: settled.
  std::vector<SinkFollower*> followers;
  // Of the project, in dependency order.
  std::vector<StreamedView> views;
  // The one to rebuild, by the project's number.
  std::uint32_t view = 0;
  BatchLimits limits{};
};

// Runs the job; the result is {"frontier":"…","rows":n}. Throws JobCancelled (the unfinished
// generations are dropped), SinkFailed, or std::runtime_error when a sink falls behind meanwhile.
[[nodiscard]] std::string rebuild_view(const RebuildTarget& target, JobControl& control);

}  // namespace deltamill
