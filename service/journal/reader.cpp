// Gives blocks in order. Memory is asked first each time; a reader that fell behind reads rows of
// journal.db until what is in memory reaches back to it again.
#include "service/journal/reader.h"

#include <utility>

namespace deltamill {

namespace {

// An empty block that only raises the frontier.
BlockPtr keepalive(Frontier from, Frontier to) {
  Block block;
  block.from = from;
  block.to = to;
  return std::make_shared<const Block>(std::move(block));
}

}  // namespace

JournalReader::JournalReader(std::string path, DurableTail& tail, Frontier start)
    : path_(std::move(path)), tail_(tail), position_{start, 0, tail.history()} {}

BlockPtr JournalReader::next(const std::stop_token& stop, Clock::Time deadline) {
  const std::optional<DurableTail::Beyond> beyond = tail_.wait_beyond(position_, stop, deadline);
  if (!beyond) return nullptr;
  BlockPtr block = beyond->block;
  if (block == nullptr) {
    block = read_store(*beyond);
  } else {
    // Rows of the store were not counted meanwhile. Should memory not suffice again, the position
    // is looked up anew.
    sequence_.reset();
    ahead_.reset();
  }
  advance_past(*block);
  return block;
}

// Keepalives have no rows: a gap between two rows, or before the durable frontier, is what they
// raised. It is given as a block of its own, so that a reader's blocks follow each other without
// gaps, from whichever side they come.
BlockPtr JournalReader::read_store(const DurableTail::Beyond& beyond) {
  if (runs_ == nullptr) runs_ = std::make_unique<StoredRuns>(path_);
  // The pieces of a large transaction are neighbouring rows behind the last complete one.
  if (!sequence_)
    sequence_ =
        runs_->last_at_or_before(position_.frontier) + static_cast<std::int64_t>(position_.pieces);
  std::optional<StoredRuns::Run> run = ahead_ ? std::exchange(ahead_, std::nullopt)
                                              : runs_->first_after(*sequence_, beyond.sequence);
  // Everything up to `durable` is stored and no row lies between: only keepalives raised it. Rows
  // beyond `sequence` were not published when we asked.
  if (!run) return keepalive(position_.frontier, beyond.durable);
  if (run->block.from > position_.frontier) {
    ahead_ = std::move(run);
    return keepalive(position_.frontier, ahead_->block.from);
  }
  sequence_ = run->sequence;
  return std::make_shared<const Block>(std::move(run->block));
}

void JournalReader::advance_past(const Block& block) {
  if (!block.complete) {
    ++position_.pieces;
    return;
  }
  position_.frontier = block.to;
  position_.pieces = 0;
}

}  // namespace deltamill
