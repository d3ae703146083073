// What readers of a view get, as its engine comes and goes: rows that are followed, that stand
// still, or none. Changes the board, freezes what stands still, and says so.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "service/answers/store_positions.h"
#include "service/board.h"
#include "service/configuration/settings.h"
#include "service/deployment/deployment.h"
#include "service/mutex.h"
#include "service/sinks.h"
#include "service/source/source.h"
#include "service/telemetry/trace.h"
#include "sinks/sqlite/reader.h"

namespace deltamill {

class Conditions {
 public:
  struct Parts {
    const Settings& settings;
    const Deployment& deployment;
    Board& board;
    Sinks& sinks;
    StoreReader& store;
    StorePositions& positions;
    Trace& trace;
  };

  explicit Conditions(Parts parts) : parts_(parts), told_live_(parts.deployment.views.size()) {}

  // --- of the supervisor's thread ---

  // What an earlier process left is served at once.
  void show_all();
  // The views that an engine is to follow from here on: all that have not stopped. REQUIRES: no
  // engine runs, as for resume().
  [[nodiscard]] std::vector<std::uint32_t> begin();
  // Stops the view and all that read it: their rows stand still.
  void stop(std::uint32_t view, const std::string& reason);
  // Ends the stop of a view, of all that it reads and of all that read it.
  void resume(std::uint32_t view);
  // Views that lack the rows of tables which have come to inherit from theirs, with the reason.
  [[nodiscard]] std::map<std::uint32_t, std::string> lacking_children(
      const std::vector<InheritedTable>& tables) const;

  // --- any thread ---

  // Readers of these views see every commit from now on; `activated`: as new generations.
  void live(const std::vector<std::uint32_t>& views, bool activated);
  // Readers see a new generation.
  void activated(std::uint32_t view);

 private:
  void show(std::uint32_t view);
  void hold_lag(std::uint32_t view);
  [[nodiscard]] bool reads(std::uint32_t reader, std::uint32_t view) const;
  [[nodiscard]] const std::string& name_of(std::uint32_t view) const {
    return parts_.deployment.views[view].sink_view.name;
  }
  [[nodiscard]] std::uint32_t view_count() const {
    return static_cast<std::uint32_t>(parts_.deployment.views.size());
  }

  const Parts parts_;
  Mutex mutex_;
  // By view: was said to follow since it began to load.
  std::vector<bool> told_live_ DM_GUARDED_BY(mutex_);
};

}  // namespace deltamill
