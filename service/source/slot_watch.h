// Watches the slot from a second connection on a thread of its own: how much WAL it holds back,
// whether it is about to be lost, whether tables left the publication; and keeps an idle source
// moving by heartbeats where asked for. Failures are no events: the next round tries again.
// Internal to service/source.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "service/source/replication_slot.h"

namespace deltamill {

struct WatchOptions {
  std::string slot;
  std::string publication;
  std::chrono::milliseconds interval{10'000};
  std::chrono::milliseconds heartbeat{0};  // 0 = none
};

class SlotWatch {
 public:
  SlotWatch(SessionSettings settings, WatchOptions options);
  ~SlotWatch();

  // Thread-safe.
  [[nodiscard]] SlotState slot() const;
  // Of the tables given, those that the publication does not hold (any more).
  [[nodiscard]] std::set<Oid> missing_tables() const;
  void expect_tables(std::set<Oid> tables);
  // The position of the server's WAL at the latest round.
  [[nodiscard]] Lsn position() const;

 private:
  void run(const std::stop_token& stop);
  void look(SqlSession& sql);
  void show(const SqlSession* session);

  const SessionSettings settings_;
  const WatchOptions options_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  int socket_ = -1;  // of the session, under mutex_, as those below
  SlotState slot_;
  std::set<Oid> expected_;
  std::set<Oid> published_;
  bool looked_ = false;
  Lsn position_;
  std::jthread thread_;  // last: ends before what it uses
};

}  // namespace deltamill
