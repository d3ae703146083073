// The poll loop. Messages around the pgoutput ones (manual: "Streaming Replication Protocol"):
//
//   w start:8 end:8 time:8 message
//   k position:8 time:8 reply:1
//   r write:8 flush:8 apply:8 time:8 reply:1
#include "service/source/change_stream.h"

#include <poll.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "service/source/source_failed.h"
#include "views/data/big_endian.h"
#include "views/data/check.h"

namespace deltamill {

namespace {

using namespace std::chrono_literals;

constexpr const char* doing_reading = "read the change log";
constexpr std::size_t data_header_bytes = 25;
constexpr std::size_t keepalive_bytes = 18;
constexpr std::size_t messages_per_drain_max = 16384;  // then timers get their turn
constexpr auto gathering_hand_over = 2ms;  // blocks of a backlog are handed over this often
constexpr auto confirm_poll = 3ms;         // while the server waits for a confirmation
constexpr auto journal_patience = 2s;      // with a full journal, before we disconnect
constexpr auto question_delay_min = 2ms;
constexpr auto question_delay_max = 50ms;
constexpr auto finish_patience = 2s;

struct FreeMemory {
  void operator()(char* buffer) const { PQfreemem(buffer); }
};

}  // namespace

ChangeStream::ChangeStream(LibpqSession session, StreamStart start, Journal& journal, Clock& clock,
                           StreamProgress& progress, Wakeup& wakeup)
    : session_(std::move(session)),
      start_(std::move(start)),
      journal_(journal),
      clock_(clock),
      progress_(progress),
      wakeup_(wakeup),
      assembler_(start_.frontier),
      appender_(journal, clock, progress, start_.frontier, journal_patience) {
  const std::string doing = "stream from replication slot \"" + start_.slot + "\"";
  const ResultPtr result = session_.run(doing, "START_REPLICATION SLOT " + start_.slot +
                                                   " LOGICAL " + to_string(start_.frontier.end()) +
                                                   " (proto_version '1', publication_names '" +
                                                   start_.publication + "')");
  if (PQresultStatus(result.get()) != PGRES_COPY_BOTH) session_.fail(doing, result.get());
  if (PQsetnonblocking(session_.handle(), 1) != 0) session_.fail(doing, nullptr);
  raise(progress_.received, start_.frontier.end());
}

// The first status asks for a reply: the server's position is known at once, not after the first
// change.
void ChangeStream::run(const std::stop_token& stop) {
  send_status(true);
  next_status_ = clock_.now() + start_.status_interval;
  while (!stop.stop_requested()) {
    const auto before = clock_.now();
    wait(stop);
    const auto waited = clock_.now() - before;
    const std::size_t messages = drain();
    pace_.note(waited, messages);
    if (!pace_.gathering() || clock_.now() - latest_hand_over_ >= gathering_hand_over) hand_over();
    keep_time();
  }
  finish();
}

// Reads until the socket has nothing more. The last read finds nothing; it costs less than a
// wake-up.
std::size_t ChangeStream::drain() {
  std::size_t messages = 0;
  for (std::size_t latest = 1; latest > 0 && messages < messages_per_drain_max;
       messages += latest) {
    if (PQconsumeInput(session_.handle()) != 1) session_.fail(doing_reading, nullptr);
    latest = take_messages();
  }
  return messages;
}

std::size_t ChangeStream::take_messages() {
  std::size_t messages = 0;
  while (true) {
    char* buffer = nullptr;
    const int size = PQgetCopyData(session_.handle(), &buffer, 1);
    const std::unique_ptr<char, FreeMemory> owned(buffer);
    if (size == 0) return messages;
    if (size == -1) fail_ended();
    if (size < 0) session_.fail(doing_reading, nullptr);
    take_message({buffer, static_cast<std::size_t>(size)});
    ++messages;
  }
}

// The server ended the stream: with an error, or because it is shutting down.
void ChangeStream::fail_ended() {
  const ResultPtr result(PQgetResult(session_.handle()));
  const ExecStatusType status = PQresultStatus(result.get());
  if (status == PGRES_FATAL_ERROR) session_.fail(doing_reading, result.get());
  throw SourceFailed(doing_reading, "the server ended the stream", Remedy::retry);
}

void ChangeStream::take_message(std::string_view message) {
  if (message.front() == 'k') return take_keepalive(message);
  if (message.front() != 'w' || message.size() <= data_header_bytes)
    throw MalformedMessage(message.front(), 0, "no message of the replication protocol");
  assembler_.add(message.substr(data_header_bytes));
  progress_.bytes.fetch_add(message.size(), std::memory_order_relaxed);
  if (assembler_.full()) hand_over();
}

void ChangeStream::take_keepalive(std::string_view message) {
  if (message.size() != keepalive_bytes)
    throw MalformedMessage('k', 0, "a keepalive of another length");
  const Lsn position(read_big_endian<std::uint64_t>(message.data() + 1));
  const bool reply_requested = message.back() != 0;
  raise(progress_.position, position);
  assembler_.keepalive(position);
  // Possibly the answer to our question; then readers wait for nothing else.
  if (asking_ && !assembler_.in_transaction()) raise_frontier();
  if (!reply_requested) return;
  if (assembler_.in_transaction()) return send_status(false);
  // The server may be waiting to shut down: exactly its position has to be confirmed, as soon as it
  // is durable here.
  raise_frontier();
  confirm_at_ = appender_.appended();
}

// Gives the journal what is whole, and pieces of a transaction that is too large to wait for.
void ChangeStream::hand_over() {
  while (const BlockPtr block = assembler_.take(false)) appender_.append(block);
  latest_hand_over_ = clock_.now();
}

// Makes the journal durable up to the latest keepalive.
void ChangeStream::raise_frontier() {
  while (const BlockPtr block = assembler_.take(true)) appender_.append(block);
  journal_.flush();
}

void ChangeStream::keep_time() {
  const auto now = clock_.now();
  serve_wanted(now);
  if (confirm_at_ && journal_.durable() >= *confirm_at_) {
    confirm_at_.reset();
    send_status(false);
  }
  if (now < next_status_) return;
  next_status_ = now + start_.status_interval;
  // An idle source advances, once a second.
  while (const BlockPtr block = assembler_.take(true)) appender_.append(block);
  send_status(true);
}

// Somebody waits for a position (read-your-writes): ask until the server has reached it, then pass
// it on at once.
void ChangeStream::serve_wanted(Clock::Time now) {
  const WantedPosition::Wish wish = progress_.wanted.at(now);
  asking_ = !appender_.appended().has_reached(wish.position);
  if (!asking_) return;
  if (assembler_.received().has_reached(wish.position) && !assembler_.in_transaction())
    return raise_frontier();
  if (wish.asked != asked_) {
    asked_ = wish.asked;
    next_question_ = now;
    question_delay_ = question_delay_min;
  }
  if (now < next_question_) return;
  send_status(true);
  next_question_ = now + question_delay_;
  question_delay_ = std::min<std::chrono::milliseconds>(2 * question_delay_, question_delay_max);
}

// Written = received, flushed = applied = durable in the journal: the server lets go of WAL up to
// `flushed`, so nothing else may stand there.
void ChangeStream::send_status(bool ask_for_reply) {
  const Frontier durable = journal_.durable();
  DM_CHECK(durable <= assembler_.received(), "nothing is confirmed that was not received");
  char message[34] = {'r'};
  write_big_endian(assembler_.received().end().value, message + 1);
  write_big_endian(durable.end().value, message + 9);
  write_big_endian(durable.end().value, message + 17);
  write_big_endian(static_cast<std::uint64_t>(clock_.wall_us()), message + 25);
  message[33] = ask_for_reply ? 1 : 0;
  if (PQputCopyData(session_.handle(), message, sizeof message) < 0)
    session_.fail("confirm", nullptr);
  const int flushed = PQflush(session_.handle());
  if (flushed < 0) session_.fail("confirm", nullptr);
  output_pending_ = flushed > 0;
  raise(progress_.confirmed, durable.end());
}

Clock::Time ChangeStream::next_deadline() const {
  auto deadline = next_status_;
  if (confirm_at_) deadline = std::min(deadline, clock_.now() + confirm_poll);
  if (asking_) deadline = std::min(deadline, next_question_);
  return deadline;
}

void ChangeStream::wait(const std::stop_token& stop) {
  if (pace_.gathering()) {
    clock_.pause_for(ReadingPace::pause, stop);
    return;
  }
  pollfd descriptors[2] = {{PQsocket(session_.handle()),
                            static_cast<short>(output_pending_ ? POLLIN | POLLOUT : POLLIN), 0},
                           {wakeup_.descriptor(), POLLIN, 0}};
  const auto left = std::max(next_deadline() - clock_.now(), Clock::Duration::zero());
  const timespec timeout{left / 1s, std::chrono::nanoseconds(left % 1s).count()};
  if (ppoll(descriptors, 2, &timeout, nullptr) < 0 && errno != EINTR)
    throw SourceFailed("wait for the change log", std::strerror(errno), Remedy::retry);
  if ((descriptors[1].revents & POLLIN) != 0) wakeup_.clear();
  if (output_pending_) output_pending_ = PQflush(session_.handle()) > 0;
}

// A clean end: what was received whole becomes durable and confirmed, so that nothing is sent
// twice.
void ChangeStream::finish() {
  while (const BlockPtr block = assembler_.take(true)) appender_.append(block);
  journal_.flush();
  journal_.await_durable(appender_.appended(), clock_.now() + finish_patience);
  send_status(false);
  PQputCopyEnd(session_.handle(), nullptr);
  PQflush(session_.handle());
}

}  // namespace deltamill
