// The journal thread: takes a group of blocks, stores it in one commit, publishes it to readers.
// While a commit waits for the disk the queue fills, so the next group is larger: throughput grows
// with load, and an idle journal commits each block at once.
#include "service/journal/writer.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "views/data/check.h"

namespace deltamill {

namespace {

// One commit takes at most this much, so that its memory is bounded and confirmations flow under
// load.
constexpr std::size_t group_bytes_max = std::size_t{8} << 20;
// Neighbouring small blocks share a row up to this size: zstd gains nothing beyond, readers stay
// fine-grained.
constexpr std::size_t run_bytes_max = std::size_t{256} << 10;

// Also empty blocks occupy memory: the bound must hold for them too.
std::size_t queue_bytes(const Block& block) {
  return sizeof(Block) + 64 + block.payload.size();
}

bool is_keepalive(const Block& block) {
  return block.payload.empty();
}

}  // namespace

JournalWriter::JournalWriter(JournalStore& store, DurableTail& tail, Clock& clock,
                             const JournalOptions& options)
    : store_(store),
      tail_(tail),
      clock_(clock),
      options_(options),
      compressor_(options.compression_level),
      durable_(tail.durable()),
      told_(durable_),
      complete_sequence_(store.last_sequence()),
      appended_(durable_),
      thread_([this] { run(); }) {}

JournalWriter::~JournalWriter() {
  {
    const MutexLock lock(mutex_);
    // take() goes on until the queue is empty: what was accepted is stored.
    stopping_ = true;
  }
  work_.notify_one();
  thread_.join();
}

bool JournalWriter::append(BlockPtr block, Clock::Time until) {
  const std::size_t bytes = queue_bytes(*block);
  {
    MutexLock lock(mutex_);
    throw_if_failed();
    // A gap here would be a hole in the history that is confirmed to PostgreSQL: for ever.
    DM_CHECK(block->from == appended_ && block->to >= block->from,
             "blocks of the journal must follow each other without a gap");
    // Inside a transaction no frontier exists; a keepalive there would promise what has not come.
    DM_CHECK(!piece_open_ || !is_keepalive(*block), "a keepalive lies within a transaction");
    const bool joined = joins_keepalive(*block);
    if (!joined) {
      // The source waits here, and PostgreSQL keeps the WAL meanwhile: the bound of memory is
      // passed on to where the data is durable.
      while (!fits(bytes) && clock_.now() < until) {
        clock_.wait_until(lock, idle_, until, {});
        throw_if_failed();
      }
      if (!fits(bytes)) return false;
    }
    appended_ = block->to;
    piece_open_ = !block->complete;
    if (!joined) {
      queued_bytes_ += bytes;
      queue_.push_back(std::move(block));
    }
  }
  work_.notify_one();
  return true;
}

// An idle source sends keepalives for ever. They are one block in the queue, however slow the disk.
bool JournalWriter::joins_keepalive(const Block& block) {
  if (!is_keepalive(block) || queue_.empty() || !is_keepalive(*queue_.back())) return false;
  // A new block: readers may hold the old one.
  Block longer = *queue_.back();
  longer.to = block.to;
  queue_.back() = std::make_shared<const Block>(std::move(longer));
  return true;
}

bool JournalWriter::fits(std::size_t bytes) const {
  // A block larger than the bound is taken when nothing else is there, so everything gets through.
  return queued_bytes_ == 0 || queued_bytes_ + bytes <= options_.queue_bytes_max;
}

// The thread commits whatever is queued as soon as it is idle; there is nothing to hurry.
void JournalWriter::flush() {
  require_working();
  work_.notify_one();
}

Frontier JournalWriter::discard_incomplete() {
  MutexLock lock(mutex_);
  throw_if_failed();
  // Pieces in the queue go here, those already stored by the thread (`discard_`). Whole
  // transactions before them stay: they are complete and will be confirmed.
  while (!queue_.empty() && !queue_.back()->complete) {
    queued_bytes_ -= queue_bytes(*queue_.back());
    queue_.pop_back();
  }
  piece_open_ = false;
  discard_ = true;
  work_.notify_one();
  while (discard_ && !failure_ && !full_) idle_.wait(lock);
  throw_if_failed();
  throw_if_full();
  return tail_.durable();
}

void JournalWriter::on_durable(std::function<void(Frontier)> listener) {
  const MutexLock lock(mutex_);
  listener_ = std::move(listener);
}

JournalQueue JournalWriter::queue() const {
  const MutexLock lock(mutex_);
  return {queued_bytes_, options_.queue_bytes_max};
}

// Under the lock from the first line to the last: nobody appends in between, and an idle thread
// cannot start another group.
void JournalWriter::restart(Frontier start, const std::function<void()>& reset) {
  MutexLock lock(mutex_);
  throw_if_failed();
  for (const BlockPtr& block : queue_) queued_bytes_ -= queue_bytes(*block);
  queue_.clear();
  // A group under way belongs to the old history and has to be over before that is dropped.
  while (busy_ && !failure_ && !full_) idle_.wait(lock);
  throw_if_failed();
  throw_if_full();
  reset();
  pieces_.clear();
  pieces_bytes_ = 0;
  pieces_dropped_ = false;
  durable_ = start;
  told_ = start;
  complete_sequence_ = 0;
  appended_ = start;
  piece_open_ = false;
}

void JournalWriter::require_working() {
  const MutexLock lock(mutex_);
  throw_if_failed();
}

void JournalWriter::throw_if_failed() const {
  if (failure_) throw JournalFailed(*failure_);
}

void JournalWriter::throw_if_full() const {
  if (full_) throw JournalFull("the journal cannot be written: the disk is full");
}

// A failed commit is final, unless the disk is full. To try again in place would be wrong: after a
// failed fsync the operating system may have dropped the pages and report success the next time.
// What is there only shows when the store is opened anew, which verifies its end.
void JournalWriter::run() {
  try {
    while (const std::optional<Group> group = take()) {
      commit(*group);
      finish(*group);
      when_there_is_room([this] { store_.checkpoint_if_due(); });
    }
  } catch (const std::exception& error) {
    const std::string message = std::string("the journal cannot be written: ") + error.what();
    // Readers first, then appenders: both learn the reason rather than wait for ever.
    tail_.fail(message);
    {
      const MutexLock lock(mutex_);
      failure_ = message;
      busy_ = false;
    }
    idle_.notify_all();
  }
}

// A write that finds no room fails before anything is synced, and SQLite has taken its transaction
// back: the same can be done again.
template <typename Work>
auto JournalWriter::when_there_is_room(Work work) -> decltype(work()) {
  while (true) {
    try {
      if constexpr (std::is_void_v<decltype(work())>) {
        work();
        return note_room();
      } else {
        auto result = work();
        note_room();
        return result;
      }
    } catch (const SqliteError& error) {
      if (!error.disk_full() || !wait_for_room(error.what())) throw;
    }
  }
}

// False = the journal is to end. Those who would wait for the thread are told instead.
bool JournalWriter::wait_for_room(const std::string& why) {
  MutexLock lock(mutex_);
  if (!full_) {
    full_ = true;
    idle_.notify_all();
    lock.unlock();
    if (options_.full) options_.full(why);
    lock.lock();
  }
  const Clock::Time again = clock_.now() + options_.full_pause;
  while (!stopping_ && clock_.now() < again) clock_.wait_until(lock, work_, again, {});
  return !stopping_;
}

void JournalWriter::note_room() {
  {
    const MutexLock lock(mutex_);
    if (!full_) return;
    full_ = false;
  }
  if (options_.full) options_.full({});
}

// Waits for work; nothing = the end. A discard is done with the group that empties the queue, so
// that what was appended before it is durable when discard_incomplete() returns.
std::optional<JournalWriter::Group> JournalWriter::take() {
  MutexLock lock(mutex_);
  while (queue_.empty() && !discard_ && !stopping_) work_.wait(lock);
  // Stopping, and everything is stored.
  if (queue_.empty() && !discard_) return std::nullopt;
  Group group;
  while (!queue_.empty() && (group.bytes == 0 || group.bytes < group_bytes_max)) {
    group.bytes += queue_bytes(*queue_.front());
    // `queued_bytes_` still counts it: the memory is not free before the commit is done.
    group.blocks.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  group.discard = discard_ && queue_.empty();
  busy_ = true;
  return group;
}

// The listener runs without the lock, and before anybody learns that the thread is idle: whoever
// waited for that may rely on it having been called.
void JournalWriter::finish(const Group& group) {
  std::function<void(Frontier)> listener;
  {
    const MutexLock lock(mutex_);
    queued_bytes_ -= group.bytes;
    if (durable_ != told_) listener = listener_;
    told_ = durable_;
  }
  if (listener) listener(durable_);
  {
    const MutexLock lock(mutex_);
    busy_ = false;
    if (group.discard) discard_ = false;
  }
  idle_.notify_all();
}

void JournalWriter::commit(const Group& group) {
  if (!group.blocks.empty()) {
    const Clock::Time begin = clock_.now();
    const std::vector<StoredRun> runs = runs_of(group.blocks);
    // The end of the last whole transaction. Pieces behind it are stored but do not count.
    Frontier frontier = durable_;
    for (const BlockPtr& block : group.blocks)
      if (block->complete) frontier = block->to;
    std::int64_t sequence = when_there_is_room([&] { return store_.append(runs, frontier); });
    if (options_.committed) options_.committed(clock_.now() - begin);
    // Pieces at the end stay unseen until the rest of their transaction follows: the sequence that
    // readers may go to is the one of the last complete run.
    for (auto run = runs.rbegin(); run != runs.rend() && !run->complete; ++run) --sequence;
    const bool any_complete =
        std::ranges::any_of(runs, [](const StoredRun& run) { return run.complete; });
    if (any_complete) complete_sequence_ = sequence;
    durable_ = frontier;
    // After the commit, never before: a reader may commit to a sink what it reads, and the journal
    // may not be behind a sink.
    publish(group.blocks);
  }
  if (!group.discard) return;
  // Pieces of earlier groups that nobody will complete.
  when_there_is_room([this] { store_.erase_above(complete_sequence_); });
  pieces_.clear();
  pieces_bytes_ = 0;
  pieces_dropped_ = false;
}

// Keepalives need no row; the frontier holds them. Only whole transactions share a row. Pieces, and
// the end of a transaction whose pieces came before, stand alone: a reader counts rows from the
// begin of a large transaction (ReadPosition).
std::vector<StoredRun> JournalWriter::runs_of(std::span<const BlockPtr> blocks) {
  std::vector<StoredRun> runs;
  bool after_piece = pieces_dropped_ || !pieces_.empty();
  std::size_t first = 0;
  while (first < blocks.size()) {
    const bool alone = after_piece || !blocks[first]->complete;
    after_piece = !blocks[first]->complete;
    if (is_keepalive(*blocks[first])) {
      ++first;
      continue;
    }
    std::size_t end = first + 1;
    std::size_t bytes = blocks[first]->payload.size();
    while (!alone && end < blocks.size() && blocks[end]->complete &&
           bytes + blocks[end]->payload.size() <= run_bytes_max)
      bytes += blocks[end++]->payload.size();
    runs.push_back(run_of(blocks.subspan(first, end - first)));
    first = end;
  }
  return runs;
}

StoredRun JournalWriter::run_of(std::span<const BlockPtr> blocks) {
  StoredRun run;
  run.from = blocks.front()->from;
  run.to = blocks.back()->to;
  run.complete = blocks.back()->complete;
  for (const BlockPtr& block : blocks) {
    run.transaction_count += block->transaction_count;
    run.change_count += block->change_count;
    if (run.oldest_commit_time == 0) run.oldest_commit_time = block->oldest_commit_time;
  }
  // Seeds the checksum: a payload in the wrong row is damage, though it is whole.
  const std::uint64_t seed = checksum_seed(run.from, run.to);
  // The usual case copies nothing.
  if (blocks.size() == 1) {
    run.payload = compressor_.compress(blocks.front()->payload, seed);
    return run;
  }
  merged_.clear();
  for (const BlockPtr& block : blocks) merged_ += block->payload;
  run.payload = compressor_.compress(merged_, seed);
  return run;
}

// Blocks reach readers in order, pieces only together with the end of their transaction: a reader
// that had begun one which is then discarded could not take it back.
void JournalWriter::publish(std::span<const BlockPtr> blocks) {
  std::vector<DurableTail::Recent> ready;
  bool any_complete = false;
  for (const BlockPtr& block : blocks) {
    if (!block->complete) {
      hold_piece(block);
      continue;
    }
    any_complete = true;
    publish_complete(block, ready);
  }
  if (any_complete) tail_.publish(std::move(ready), durable_, complete_sequence_);
}

void JournalWriter::hold_piece(const BlockPtr& piece) {
  pieces_bytes_ += queue_bytes(*piece);
  // Held until the commit, a transaction of any size would fill memory. Beyond the bound the whole
  // transaction is read from the store.
  pieces_dropped_ = pieces_dropped_ || pieces_bytes_ > options_.memory_bytes_max;
  if (pieces_dropped_)
    pieces_.clear();
  else
    pieces_.push_back(piece);
}

void JournalWriter::publish_complete(const BlockPtr& block,
                                     std::vector<DurableTail::Recent>& ready) {
  if (pieces_dropped_) {
    // What precedes goes with it: the blocks in memory have no gaps.
    ready.clear();
    tail_.publish_stored(block->to, complete_sequence_);
  } else {
    for (BlockPtr& piece : pieces_) ready.push_back({std::move(piece), block->to});
    ready.push_back({block, block->to});
  }
  pieces_.clear();
  pieces_bytes_ = 0;
  pieces_dropped_ = false;
}

}  // namespace deltamill
