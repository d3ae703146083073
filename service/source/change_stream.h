// The replication stream of one connection: raw libpq, an own poll loop, an own status timer.
// Reads, hands blocks to the journal, confirms what is durable there and nothing else. Ends by an
// exception or by stop; reconnecting is the caller's (source.h). Internal to service/source.
#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>

#include "service/journal/journal.h"
#include "service/source/block_appender.h"
#include "service/source/block_assembler.h"
#include "service/source/libpq_session.h"
#include "service/source/reading_pace.h"
#include "service/source/wakeup.h"

namespace deltamill {

struct StreamStart {
  std::string slot;
  std::string publication;
  Frontier frontier;  // the journal's durable end
  std::chrono::milliseconds status_interval{1000};
};

class ChangeStream {
 public:
  // Sends START_REPLICATION. Nothing is confirmed before run(). Throws SourceFailed.
  ChangeStream(LibpqSession session, StreamStart start, Journal& journal, Clock& clock,
               StreamProgress& progress, Wakeup& wakeup);

  // Follows until stop, then makes durable and confirms what was received. Throws SourceFailed,
  // MalformedMessage, JournalFailed.
  void run(const std::stop_token& stop);

 private:
  std::size_t drain();
  std::size_t take_messages();
  [[noreturn]] void fail_ended();
  void take_message(std::string_view message);
  void take_keepalive(std::string_view message);
  void hand_over();
  void raise_frontier();
  void keep_time();
  void serve_wanted(Clock::Time now);
  void send_status(bool ask_for_reply);
  void wait(const std::stop_token& stop);
  void finish();
  [[nodiscard]] Clock::Time next_deadline() const;

  LibpqSession session_;
  StreamStart start_;
  Journal& journal_;
  Clock& clock_;
  StreamProgress& progress_;
  Wakeup& wakeup_;
  BlockAssembler assembler_;
  ReadingPace pace_;
  BlockAppender appender_;
  Clock::Time next_status_;
  Clock::Time latest_hand_over_;
  std::optional<Frontier> confirm_at_;  // the server waits for exactly this to be confirmed
  bool asking_ = false;                 // somebody waits for a position the server has not reported
  std::uint64_t asked_ = 0;             // the latest wish that was looked at
  Clock::Time next_question_;
  std::chrono::milliseconds question_delay_{0};
  bool output_pending_ = false;
};

}  // namespace deltamill
