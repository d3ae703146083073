// Looks at pg_replication_slots, the publication and pg_inherits in rounds, each at its own
// interval, over one connection that is made anew after a failure.
#include "service/source/slot_watch.h"

#include <sys/socket.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "service/source/inheritance.h"
#include "service/source/publication.h"
#include "service/source/source_failed.h"

namespace deltamill {

// What is done at an interval, and when next.
struct SlotWatch::Round {
  std::chrono::milliseconds interval;
  void (SlotWatch::*work)(SqlSession&);
  Clock::Time due;
};

SlotWatch::SlotWatch(SessionSettings settings, WatchOptions options, Clock& clock,
                     WatchHandlers handlers)
    : settings_(std::move(settings)),
      options_(std::move(options)),
      clock_(clock),
      handlers_(std::move(handlers)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

SlotWatch::~SlotWatch() {
  thread_.request_stop();
  {
    const MutexLock lock(mutex_);
    // A source that does not answer is not waited for: its socket ends, and the statement under way
    // fails.
    if (socket_ >= 0) ::shutdown(socket_, SHUT_RDWR);
  }
}

SlotState SlotWatch::slot() const {
  const MutexLock lock(mutex_);
  return slot_;
}

// Nothing is missing before the first look: not knowing is no alarm.
std::set<Oid> SlotWatch::missing_tables() const {
  const MutexLock lock(mutex_);
  std::set<Oid> missing;
  if (looked_)
    std::set_difference(expected_.begin(), expected_.end(), published_.begin(), published_.end(),
                        std::inserter(missing, missing.end()));
  return missing;
}

void SlotWatch::expect_tables(std::set<Oid> tables) {
  const MutexLock lock(mutex_);
  expected_ = std::move(tables);
  looked_ = false;
}

Lsn SlotWatch::position() const {
  const MutexLock lock(mutex_);
  return position_;
}

// For the destructor, which runs on another thread.
void SlotWatch::show(const SqlSession* session) {
  const MutexLock lock(mutex_);
  socket_ = session == nullptr ? -1 : session->socket();
}

// All due at once to begin with.
std::vector<SlotWatch::Round> SlotWatch::rounds() {
  const Clock::Time now = clock_.now();
  std::vector<Round> rounds{{options_.position_interval, &SlotWatch::look_at_position, now},
                            {options_.interval, &SlotWatch::look, now}};
  if (options_.heartbeat.count() > 0)
    rounds.push_back({options_.heartbeat, &SlotWatch::send_heartbeat, now});
  if (!options_.read_without_only.empty())
    rounds.push_back({options_.inheritance_interval, &SlotWatch::look_for_children, now});
  return rounds;
}

void SlotWatch::run(const std::stop_token& stop) {
  std::unique_ptr<SqlSession> sql;
  std::vector<Round> rounds = this->rounds();
  while (!stop.stop_requested()) {
    const Clock::Time now = clock_.now();
    try {
      if (!sql) {
        sql = std::make_unique<SqlSession>(settings_);
        show(sql.get());
      }
      for (const Round& round : rounds)
        if (!stop.stop_requested() && now >= round.due) (this->*round.work)(*sql);
    } catch (const std::exception&) {
      show(nullptr);
      sql.reset();  // the stream's own connection reports what is wrong with the server
    }
    // Also those that failed: a server that is down is not asked in a loop.
    for (Round& round : rounds)
      if (now >= round.due) round.due = now + round.interval;
    const auto next = std::ranges::min(rounds, {}, &Round::due).due;
    clock_.pause_until(next, stop);
  }
  show(nullptr);
}

void SlotWatch::send_heartbeat(SqlSession& sql) {
  // Transactional, so that it comes through the stream as a commit of its own and says that the
  // whole way works, also while nobody writes to a published table (POSTGRES P28).
  sql.run("send a heartbeat", "SELECT pg_logical_emit_message(true, 'deltamill', '')");
}

void SlotWatch::look_for_children(SqlSession& sql) {
  const std::vector<InheritedTable> inherited = read_inheritance(sql, options_.read_without_only);
  if (!inherited.empty()) handlers_.on_inherited(inherited);
}

void SlotWatch::look(SqlSession& sql) {
  // Statements first, then the lock: a status never waits for the server.
  SlotState slot = read_slot(sql, options_.slot);
  PublicationState publication = read_publication(sql, options_.publication);
  const MutexLock lock(mutex_);
  slot_ = std::move(slot);
  published_ = std::move(publication.tables);
  looked_ = true;
}

// The moment is taken before the question: what is committed until the answer may be contained in
// the position or not. Flushed, since that is how far a walsender sends.
void SlotWatch::look_at_position(SqlSession& sql) {
  const std::int64_t moment = clock_.wall_us();
  const pqxx::result row =
      sql.run("read the source's position", "SELECT pg_current_wal_flush_lsn()");
  const std::optional<Lsn> position = lsn_of(row[0][0].c_str());
  if (!position) return;
  {
    const MutexLock lock(mutex_);
    position_ = *position;
  }
  handlers_.on_position(*position, moment);
}

}  // namespace deltamill
