// The source thread's end of the journal: appends blocks in order, gives a full queue a moment,
// counts. Internal to service/source.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "service/journal/journal.h"
#include "service/source/wanted_position.h"

namespace deltamill {

// Written by the source thread, read by any; lives longer than one connection.
struct StreamProgress {
  std::atomic<std::uint64_t> position{0};       // the server's WAL as last heard of
  std::atomic<std::uint64_t> at_connecting{0};  // the same when it was connected last; 0 = never
  std::atomic<std::uint64_t> received{0};
  std::atomic<std::uint64_t> confirmed{0};
  WantedPosition wanted;
  std::atomic<std::uint64_t> transactions{0};
  std::atomic<std::uint64_t> changes{0};
  std::atomic<std::uint64_t> bytes{0};

  // Positions of another history mean nothing in a new one. REQUIRES: no stream is running.
  void forget() {
    position = at_connecting = received = confirmed = 0;
    wanted.forget();
  }
};

// Positions never go back while a history lasts.
void raise(std::atomic<std::uint64_t>& position, Lsn to);

class BlockAppender {
 public:
  // `patience`: how long a full queue is waited for.
  BlockAppender(Journal& journal, Clock& clock, StreamProgress& progress, Frontier start,
                std::chrono::milliseconds patience);

  // Throws SourceFailed (retry) when the journal does not recover, JournalFailed.
  void append(const BlockPtr& block);

  [[nodiscard]] Frontier appended() const { return appended_; }

 private:
  Journal& journal_;
  Clock& clock_;
  StreamProgress& progress_;
  Frontier appended_;
  std::chrono::milliseconds patience_;
};

}  // namespace deltamill
