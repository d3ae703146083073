// The sinks that the views are kept in, each with its follower. The first is the store: readers are
// answered from it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "service/board.h"
#include "service/configuration/settings.h"
#include "service/deployment/deployment.h"
#include "service/pipeline/error_list.h"
#include "service/pipeline/lag.h"
#include "service/pipeline/sink_follower.h"
#include "service/telemetry/metrics.h"
#include "sinks/sqlite/view_store.h"

namespace deltamill {

// The store's offset in lists of sinks.
inline constexpr std::size_t store_sink = 0;

class Sinks {
 public:
  // What the sink of this offset tells, and to whom.
  using Listeners = std::function<SinkFollowerListeners(std::size_t sink)>;

  // All of it outlives the sinks.
  Sinks(const Settings& settings, const Deployment& deployment, Clock& clock, ErrorLists& errors,
        const LagTracker& lag, Metrics& metrics, Listeners listeners)
      : settings_(settings),
        deployment_(deployment),
        clock_(clock),
        errors_(errors),
        lag_(lag),
        metrics_(metrics),
        listeners_(std::move(listeners)) {}

  // Opens them for this history of the journal; positions are those of one history. True = the
  // store was written under another one: all of it is to be loaded anew.
  // REQUIRES: nobody uses those opened before. Throws SinkFailed.
  bool open(const std::string& journal_epoch);
  // Waits for commits that are under way; nobody is told of anything afterwards.
  void close();
  [[nodiscard]] const std::string& journal_epoch() const { return journal_epoch_; }

  // --- opened, any thread ---

  [[nodiscard]] const std::vector<SinkFollower*>& followers() const { return followers_; }
  [[nodiscard]] SinkFollower& store() const { return *followers_[store_sink]; }
  // Those that keep a view.
  [[nodiscard]] std::vector<SinkFollower*> keepers_of(std::uint32_t view) const;

  // What the store has of a view: rows that follow, rows of its present definition at all.
  struct Standing {
    bool current = false;
    bool readable = false;
  };
  // Waits for the store's thread, as does the next.
  [[nodiscard]] Standing standing_of(std::uint32_t view) const;
  [[nodiscard]] Frontier store_frontier() const;
  // The moment at which what the store holds was last known to be complete (microseconds since
  // 2000-01-01 UTC); 0 = unknown.
  [[nodiscard]] std::int64_t store_complete_at() const;

 private:
  const Settings& settings_;
  const Deployment& deployment_;
  Clock& clock_;
  ErrorLists& errors_;
  const LagTracker& lag_;
  Metrics& metrics_;
  const Listeners listeners_;
  std::string journal_epoch_;
  std::unique_ptr<SqliteSink> store_;
  std::unique_ptr<SinkFollower> store_follower_;  // only its thread uses store_
  std::vector<SinkFollower*> followers_;
};

// How they are shown before they are opened.
[[nodiscard]] std::vector<Board::Sink> listed_sinks(const Settings& settings);

}  // namespace deltamill
