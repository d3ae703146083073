// The journal thread: takes blocks from a queue bounded in bytes, compresses them, commits as many
// as are there at once, then lets the durable frontier move. Fails once and for all: after a failed
// commit nothing is taken any more.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "service/journal/durable_tail.h"
#include "service/journal/journal.h"
#include "service/journal/journal_store.h"

namespace deltamill {

class JournalWriter {
 public:
  // Both are used until destruction. Starts the thread.
  JournalWriter(JournalStore& store, DurableTail& tail, const JournalOptions& options);
  // Commits what is queued, unless the journal has failed.
  ~JournalWriter();

  // As in journal.h.
  [[nodiscard]] bool append(BlockPtr block);
  void flush();
  Frontier discard_incomplete();
  void on_durable(std::function<void(Frontier)> listener);
  [[nodiscard]] JournalQueue queue() const;

  // Forgets what is queued and runs `reset` while the thread is idle; then the log is appended from
  // `start` on.
  void restart(Frontier start, const std::function<void()>& reset);
  // Throws JournalFailed if the journal has failed.
  void require_working();

 private:
  struct Group {
    std::vector<BlockPtr> blocks;
    std::size_t bytes = 0;
    bool discard = false;
  };

  void run();
  [[nodiscard]] std::optional<Group> take();
  void finish(const Group& group);
  void commit(const Group& group);
  [[nodiscard]] std::vector<StoredRun> runs_of(std::span<const BlockPtr> blocks);
  [[nodiscard]] StoredRun run_of(std::span<const BlockPtr> blocks);
  void publish(std::span<const BlockPtr> blocks);
  void hold_piece(const BlockPtr& piece);
  void publish_complete(const BlockPtr& block, std::vector<DurableTail::Recent>& ready);
  void throw_if_failed() const;

  JournalStore& store_;
  DurableTail& tail_;
  const JournalOptions options_;

  // Of the journal thread.
  PayloadCompressor compressor_;
  std::string merged_;            // reused
  std::vector<BlockPtr> pieces_;  // stored pieces of the transaction that is not complete yet
  std::size_t pieces_bytes_ = 0;
  bool pieces_dropped_ = false;  // they did not fit into memory
  Frontier durable_;
  Frontier told_;                       // to the listener
  std::int64_t complete_sequence_ = 0;  // last complete run in the store

  mutable std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable idle_;
  // Guarded by mutex_.
  std::deque<BlockPtr> queue_;
  std::size_t queued_bytes_ = 0;  // with those being committed
  Frontier appended_;
  bool piece_open_ = false;  // the last block appended was a piece
  bool busy_ = false;
  bool discard_ = false;
  bool stopping_ = false;
  std::optional<std::string> failure_;
  std::function<void(Frontier)> listener_;

  std::thread thread_;
};

}  // namespace deltamill
