// Watches, from a second connection on a thread of its own, what the change log does not tell: how
// far the server is (a walsender that falls behind reports its own position), how much WAL the slot
// holds back, whether it is about to be lost, whether tables left the publication or came to be
// inherited from; and keeps an idle source moving by heartbeats where asked for. Failures are no
// events: the next round tries again, and a lag grows while the position is not heard.
// Internal to service/source.
#pragma once

#include <chrono>
#include <functional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "service/clock.h"
#include "service/mutex.h"
#include "service/source/replication_slot.h"
#include "service/source/source_options.h"

namespace deltamill {

struct WatchOptions {
  std::string slot;
  std::string publication;
  std::set<Oid> read_without_only;  // tables that no other may inherit from
  std::chrono::milliseconds interval{10'000};
  std::chrono::milliseconds position_interval{1'000};
  // Short: until a child is seen, rows without its own are served as live.
  std::chrono::milliseconds inheritance_interval{1'000};
  std::chrono::milliseconds heartbeat{0};  // 0 = none
};

// Called on the watch's thread, as SourceHandlers says.
struct WatchHandlers {
  std::function<void(const std::vector<InheritedTable>&)> on_inherited;
  std::function<void(Lsn position, std::int64_t moment)> on_position;
};

class SlotWatch {
 public:
  SlotWatch(SessionSettings settings, WatchOptions options, Clock& clock, WatchHandlers handlers);
  ~SlotWatch();

  // Thread-safe.
  [[nodiscard]] SlotState slot() const;
  // Of the tables given, those that the publication does not hold (any more).
  [[nodiscard]] std::set<Oid> missing_tables() const;
  void expect_tables(std::set<Oid> tables);
  // The position of the server's WAL at the latest round.
  [[nodiscard]] Lsn position() const;

 private:
  struct Round;  // what is done at an interval

  [[nodiscard]] std::vector<Round> rounds();
  void run(const std::stop_token& stop);
  void look(SqlSession& sql);
  void look_at_position(SqlSession& sql);
  void look_for_children(SqlSession& sql);
  void send_heartbeat(SqlSession& sql);
  void show(const SqlSession* session);

  const SessionSettings settings_;
  const WatchOptions options_;
  Clock& clock_;
  const WatchHandlers handlers_;
  mutable Mutex mutex_;
  int socket_ DM_GUARDED_BY(mutex_) = -1;  // of the session
  SlotState slot_ DM_GUARDED_BY(mutex_);
  std::set<Oid> expected_ DM_GUARDED_BY(mutex_);
  std::set<Oid> published_ DM_GUARDED_BY(mutex_);
  bool looked_ DM_GUARDED_BY(mutex_) = false;
  Lsn position_ DM_GUARDED_BY(mutex_);
  std::jthread thread_;  // last: ends before what it uses
};

}  // namespace deltamill
