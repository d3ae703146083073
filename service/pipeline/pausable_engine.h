// The engine as those see it who join it or swap beside it: where it is, and a moment between two
// batches.
#pragma once

#include <functional>

#include "service/pipeline/sink_follower.h"
#include "views/data/frontier.h"

namespace deltamill {

// What a task on the engine thread may do, between two batches.
class EnginePause {
 public:
  virtual ~EnginePause() = default;
  [[nodiscard]] virtual Frontier frontier() const = 0;
  // Runs `task` on the sink's thread when exactly the transactions below `frontier` are committed
  // there; destroyed without having run when the sink falls behind first.
  // REQUIRES: frontier >= frontier().
  virtual void when_at(SinkFollower& follower, Frontier frontier, SinkTask task) = 0;
  // The follower takes the engine's deltas from here on.
  // REQUIRES: it has taken everything below frontier().
  virtual void join(SinkFollower& follower) = 0;
};

class PausableEngine {
 public:
  virtual ~PausableEngine() = default;

  // Runs `task` on the engine thread at a batch boundary and waits; rethrows what it throws. False
  // = it has ended.
  virtual bool run(const std::function<void(EnginePause&)>& task) = 0;
  // End of the last whole batch; Frontier() before the first.
  [[nodiscard]] virtual Frontier frontier() const = 0;
};

}  // namespace deltamill
