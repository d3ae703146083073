// A sink that is too far behind, away, or put back to an older state: its views are replayed for it
// alone, beside the engine and the other sinks, at its own pace, until it can join the engine.
//
//   begin (until the sink answers) ──► base rows ──► transactions ──► close to the engine ──► join
//
// A thread of its own. Whatever fails on the way begins again, after a pause that grows.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <thread>
#include <vector>

#include "service/clock.h"
#include "service/journal/journal.h"
#include "service/pipeline/pausable_engine.h"
#include "service/pipeline/sink_follower.h"
#include "service/pipeline/view_stream.h"

namespace deltamill {

class CatchUp {
 public:
  struct Plan {
    Journal& journal;
    Clock& clock;
    SinkFollower& follower;
    PausableEngine& engine;
    // The views that the sink keeps and those they read, in dependency order.
    std::vector<StreamedView> views;
    BatchLimits limits;
    // What the dataflow of the replay may hold beside the engine's: more, and it begins again later.
    std::function<std::size_t()> memory_left;
  };

  // Begins at once. Everything in the plan outlives it.
  explicit CatchUp(Plan plan);
  ~CatchUp();  // stops

  // The follower has joined the engine: nothing is left to do here.
  [[nodiscard]] bool joined() const { return joined_; }

 private:
  void loop(const std::stop_token& stop);
  // True = joined.
  [[nodiscard]] bool attempt(const std::stop_token& stop);
  [[nodiscard]] bool load(ViewStream& stream, const std::stop_token& stop);
  [[nodiscard]] bool chase(ViewStream& stream, const std::stop_token& stop);
  [[nodiscard]] bool drain(const std::stop_token& stop);
  [[nodiscard]] bool join(ViewStream& stream, const std::stop_token& stop);
  // Waits while the sink's queue is full, or does not while the engine waits.
  enum class Pace : std::uint8_t { of_sink, of_engine };
  [[nodiscard]] bool advance_to(Frontier goal, ViewStream& stream, Pace pace,
                                const std::stop_token& stop);
  void wait_for_room(const std::stop_token& stop);
  void check_memory(const ViewStream& stream) const;

  const Plan plan_;
  std::uint64_t changes_ = 0;  // read so far
  std::atomic<bool> joined_ = false;
  std::jthread thread_;
};

}  // namespace deltamill
