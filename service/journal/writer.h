// The journal thread: takes blocks from a queue bounded in bytes, compresses them, commits as many
// as are there at once, then lets the durable frontier move. On a full disk it tries again until
// there is room, and the queue fills meanwhile. Any other failure is for good: after it nothing is
// taken any more.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "service/journal/durable_tail.h"
#include "service/journal/journal.h"
#include "service/journal/journal_store.h"
#include "service/mutex.h"

namespace deltamill {

class JournalWriter {
 public:
  // All are used until destruction. Starts the thread.
  JournalWriter(JournalStore& store, DurableTail& tail, Clock& clock,
                const JournalOptions& options);
  // Commits what is queued, unless the journal has failed.
  ~JournalWriter();

  // As in journal.h.
  [[nodiscard]] bool append(BlockPtr block, Clock::Time until);
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
  template <typename Work>
  auto when_there_is_room(Work work) -> decltype(work());
  [[nodiscard]] bool wait_for_room(const std::string& why);
  void note_room();
  [[nodiscard]] std::vector<StoredRun> runs_of(std::span<const BlockPtr> blocks);
  [[nodiscard]] StoredRun run_of(std::span<const BlockPtr> blocks);
  void publish(std::span<const BlockPtr> blocks);
  void hold_piece(const BlockPtr& piece);
  void publish_complete(const BlockPtr& block, std::vector<DurableTail::Recent>& ready);
  // Lengthens the keepalive at the end of the queue, if there is one.
  [[nodiscard]] bool joins_keepalive(const Block& block) DM_REQUIRES(mutex_);
  [[nodiscard]] bool fits(std::size_t bytes) const DM_REQUIRES(mutex_);
  void throw_if_failed() const DM_REQUIRES(mutex_);
  // Of who would wait for what the thread has under way.
  void throw_if_full() const DM_REQUIRES(mutex_);

  JournalStore& store_;
  DurableTail& tail_;
  Clock& clock_;
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

  mutable Mutex mutex_;
  CondVar work_;
  CondVar idle_;  // a group is committed: there is room, what was asked for is done
  // No BoundedQueue: what is being committed still counts, keepalives at the end become one, and
  // pieces at the end are taken back.
  std::deque<BlockPtr> queue_ DM_GUARDED_BY(mutex_);
  std::size_t queued_bytes_ DM_GUARDED_BY(mutex_) = 0;  // with those being committed
  Frontier appended_ DM_GUARDED_BY(mutex_);
  bool piece_open_ DM_GUARDED_BY(mutex_) = false;  // the last block appended was a piece
  bool busy_ DM_GUARDED_BY(mutex_) = false;
  bool discard_ DM_GUARDED_BY(mutex_) = false;
  bool stopping_ DM_GUARDED_BY(mutex_) = false;
  bool full_ DM_GUARDED_BY(mutex_) = false;  // the disk; what is under way waits for room
  std::optional<std::string> failure_ DM_GUARDED_BY(mutex_);
  std::function<void(Frontier)> listener_ DM_GUARDED_BY(mutex_);

  std::thread thread_;
};

}  // namespace deltamill
