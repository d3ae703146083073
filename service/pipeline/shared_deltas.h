// The deltas of one batch or slice on their way to the sinks: made once, read by every sink's thread, never copied.
#pragma once

#include <cstddef>
#include <memory>

#include "views/data/frontier.h"
#include "views/dataflow/graph.h"

namespace deltamill {

struct SharedDeltas {
  // `view` of each delta is the project's number of the view, whichever dataflow made it.
  std::shared_ptr<const ViewDeltas> views;
  // The end of the batch; of a slice that more slices follow, its begin.
  Frontier to;
  // False: more of the same transaction follows before a commit.
  bool complete = true;
  // Memory held as long as some sink has not committed them.
  std::size_t bytes = 0;
};

}  // namespace deltamill
