// One bulk call. The server spools the whole answer before its first byte; whole transactions come
// out, since its limits are tested between WAL records. COPY in binary form (manual: "COPY",
// "Binary Format"):
//
//   "PGCOPY\n\377\r\n\0" flags:4 extension:4 …
//   per row: fields:2 (=1) length:4 message
//   -1:2
#include "service/source/bulk_catch_up.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "service/source/block_assembler.h"
#include "service/source/libpq_session.h"
#include "service/source/replication_slot.h"
#include "service/source/source_failed.h"
#include "views/data/big_endian.h"

namespace deltamill {

namespace {

using namespace std::chrono_literals;

// WAL bounds a call; this bounds what little WAL may mean in rows of the answer.
constexpr std::uint64_t changes_max = 4'000'000;
// A waiting COPY holds up nobody, unlike a waiting walsender.
constexpr auto journal_patience = 60s;
constexpr auto wait_max = 1s;
constexpr std::string_view signature("PGCOPY\n\377\r\n\0", 11);

template <typename Integer>
Integer integer_at(std::string_view bytes, std::size_t offset) {
  if (bytes.size() < offset + sizeof(Integer))
    throw MalformedMessage('d', offset, "a copied row ends too early");
  return read_big_endian<Integer>(bytes.data() + offset);
}

struct FreeMemory {
  void operator()(char* buffer) const { PQfreemem(buffer); }
};

class BulkCall {
 public:
  BulkCall(const SessionSettings& settings, const BulkRequest& request, Journal& journal,
           Clock& clock, StreamProgress& progress, Wakeup& wakeup, std::stop_token stop)
      : settings_(settings),
        request_(request),
        journal_(journal),
        clock_(clock),
        progress_(progress),
        wakeup_(wakeup),
        stop_(std::move(stop)),
        session_(settings),
        assembler_(request.frontier),
        appender_(journal, clock, progress, request.frontier, journal_patience) {}

  std::uint64_t run() {
    session_.run(doing_, "SET work_mem = '64MB'");
    if (PQsendQuery(session_.handle(), statement().c_str()) != 1) session_.fail(doing_, nullptr);
    await_copy();
    check_slot();
    while (take_row()) {
    }
    finish();
    return changes_;
  }

 private:
  [[nodiscard]] Lsn end_of_call() const {
    return Lsn(request_.frontier.end().value + request_.wal_bytes_max);
  }

  [[nodiscard]] std::string statement() const {
    const Lsn end = end_of_call();
    return "COPY (SELECT data FROM pg_logical_slot_peek_binary_changes(" +
           quoted_literal(request_.slot) + ", " + quoted_literal(to_string(end)) + ", " +
           std::to_string(changes_max) + ", 'proto_version', '1', 'publication_names', " +
           quoted_literal(request_.publication) + ")) TO STDOUT (FORMAT binary)";
  }

  // The statement is being run; nothing comes before the server has decoded everything.
  void await_copy() {
    while (PQisBusy(session_.handle()) != 0) wait();
    const ResultPtr result(PQgetResult(session_.handle()));
    if (PQresultStatus(result.get()) != PGRES_COPY_OUT) session_.fail(doing_, result.get());
  }

  // REQUIRES: the answer is complete on the server. Slots only move forward, so if it is not beyond
  // our frontier by now, the answer began at or before it.
  void check_slot() {
    await_row();
    SqlSession sql(settings_);
    const SlotState slot = read_slot(sql, request_.slot);
    if (!slot.exists || !request_.frontier.has_reached(slot.confirmed_flush))
      throw SourceFailed("continue the change log",
                         "the slot was moved beyond our " + to_string(request_.frontier),
                         Remedy::rebuild);
  }

  // Reads until a row (or the end) is there.
  void await_row() {
    char* buffer = nullptr;
    while ((size_ = PQgetCopyData(session_.handle(), &buffer, 1)) == 0) wait();
    row_.reset(buffer);
  }

  // False at the end.
  bool take_row() {
    if (!row_) return false;
    std::string_view row(row_.get(), static_cast<std::size_t>(size_));
    if (row.starts_with(signature)) row.remove_prefix(19 + integer_at<std::uint32_t>(row, 15));
    if (integer_at<std::uint16_t>(row, 0) == 1) take_message(row);
    await_row();
    return true;
  }

  void take_message(std::string_view row) {
    const std::string_view message = row.substr(6);
    if (message.size() != integer_at<std::uint32_t>(row, 2))
      throw MalformedMessage('d', 2, "a torn copied row");
    assembler_.add(message);
    ++messages_;
    progress_.bytes.fetch_add(message.size(), std::memory_order_relaxed);
    if (assembler_.full()) hand_over();
    if (messages_ % 1024 == 0) check_stop();
  }

  void hand_over() {
    while (const BlockPtr block = assembler_.take(false)) {
      appender_.append(block);
      changes_ += block->change_count;
    }
  }

  // The server reads record by record until its flushed position as of the call, the given position
  // or the number of changes is reached. If it was not the number, every commit before the other
  // two has come out, as a keepalive would say.
  void raise_frontier() {
    if (messages_ >= changes_max) return;
    assembler_.keepalive(std::min(request_.flushed, end_of_call()));
    while (const BlockPtr block = assembler_.take(true)) appender_.append(block);
  }

  // What is journaled is confirmed by moving the slot, so that the next call does not decode it
  // again.
  void finish() {
    const ResultPtr result(size_ == -1 ? PQgetResult(session_.handle()) : nullptr);
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) session_.fail(doing_, result.get());
    hand_over();
    raise_frontier();
    journal_.flush();
  }

  void check_stop() {
    if (stop_.stop_requested()) throw SourceFailed(doing_, "it was asked to stop", Remedy::retry);
  }

  void wait() {
    check_stop();
    pollfd descriptors[2] = {{PQsocket(session_.handle()), POLLIN, 0},
                             {wakeup_.descriptor(), POLLIN, 0}};
    if (poll(descriptors, 2, std::chrono::milliseconds(wait_max).count()) < 0 && errno != EINTR)
      throw SourceFailed(doing_, std::strerror(errno), Remedy::retry);
    if ((descriptors[1].revents & POLLIN) != 0) wakeup_.clear();
    if (PQconsumeInput(session_.handle()) != 1) session_.fail(doing_, nullptr);
  }

  const std::string doing_ = "read the backlog in bulk";
  const SessionSettings& settings_;
  const BulkRequest& request_;
  Journal& journal_;
  Clock& clock_;
  StreamProgress& progress_;
  Wakeup& wakeup_;
  std::stop_token stop_;
  LibpqSession session_;
  BlockAssembler assembler_;
  BlockAppender appender_;
  std::unique_ptr<char, FreeMemory> row_;
  int size_ = 0;
  std::uint64_t messages_ = 0;
  std::uint64_t changes_ = 0;
};

}  // namespace

std::uint64_t catch_up_in_bulk(const SessionSettings& settings, const BulkRequest& request,
                               Journal& journal, Clock& clock, StreamProgress& progress,
                               Wakeup& wakeup, const std::stop_token& stop) {
  return BulkCall(settings, request, journal, clock, progress, wakeup, stop).run();
}

}  // namespace deltamill
