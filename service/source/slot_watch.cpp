// Rounds of reading pg_replication_slots and the publication.
#include "service/source/slot_watch.h"

#include <sys/socket.h>

#include <algorithm>
#include <memory>

#include "service/source/publication.h"
#include "service/source/source_failed.h"

namespace deltamill {

SlotWatch::SlotWatch(SessionSettings settings, WatchOptions options)
    : settings_(std::move(settings)),
      options_(std::move(options)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

SlotWatch::~SlotWatch() {
  thread_.request_stop();
  {
    const std::lock_guard lock(mutex_);  // a source that does not answer is not waited for
    if (socket_ >= 0) ::shutdown(socket_, SHUT_RDWR);
  }
  changed_.notify_all();
}

SlotState SlotWatch::slot() const {
  const std::lock_guard lock(mutex_);
  return slot_;
}

std::set<Oid> SlotWatch::missing_tables() const {
  const std::lock_guard lock(mutex_);
  std::set<Oid> missing;
  if (looked_)
    std::set_difference(expected_.begin(), expected_.end(), published_.begin(), published_.end(),
                        std::inserter(missing, missing.end()));
  return missing;
}

void SlotWatch::expect_tables(std::set<Oid> tables) {
  const std::lock_guard lock(mutex_);
  expected_ = std::move(tables);
  looked_ = false;
}

Lsn SlotWatch::position() const {
  const std::lock_guard lock(mutex_);
  return position_;
}

void SlotWatch::show(const SqlSession* session) {
  const std::lock_guard lock(mutex_);
  socket_ = session == nullptr ? -1 : session->socket();
}

void SlotWatch::run(const std::stop_token& stop) {
  using Clock = std::chrono::steady_clock;
  std::unique_ptr<SqlSession> sql;
  auto next_look = Clock::now();
  auto next_heartbeat = options_.heartbeat.count() > 0 ? Clock::now() : Clock::time_point::max();
  while (!stop.stop_requested()) {
    try {
      if (!sql) {
        sql = std::make_unique<SqlSession>(settings_);
        show(sql.get());
      }
      if (stop.stop_requested()) break;
      if (Clock::now() >= next_heartbeat) {
        next_heartbeat = Clock::now() + options_.heartbeat;
        sql->run("send a heartbeat", "SELECT pg_logical_emit_message(true, 'deltamill', '')");
      }
      if (Clock::now() >= next_look) look(*sql);
    } catch (const std::exception&) {
      show(nullptr);
      sql.reset();  // the stream's own connection reports what is wrong with the server
    }
    if (Clock::now() >= next_look) next_look = Clock::now() + options_.interval;
    if (Clock::now() >= next_heartbeat) next_heartbeat = Clock::now() + options_.heartbeat;
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, stop, std::min(next_look, next_heartbeat), [] { return false; });
  }
  show(nullptr);
}

void SlotWatch::look(SqlSession& sql) {
  SlotState slot = read_slot(sql, options_.slot);
  PublicationState publication = read_publication(sql, options_.publication);
  const pqxx::result row = sql.run("read the source's position", "SELECT pg_current_wal_lsn()");
  const std::lock_guard lock(mutex_);
  slot_ = std::move(slot);
  published_ = std::move(publication.tables);
  looked_ = true;
  position_ = lsn_of(row[0][0].c_str()).value_or(position_);
}

}  // namespace deltamill
