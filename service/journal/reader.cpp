// Blocks in order from memory or journal.db: reader.h.
#include "service/journal/reader.h"

#include <utility>

namespace deltamill {

namespace {

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
    sequence_.reset();
    ahead_.reset();
  }
  advance_past(*block);
  return block;
}

// Keepalives have no rows: a gap between two rows, or before the durable frontier, is what they
// raised.
BlockPtr JournalReader::read_store(const DurableTail::Beyond& beyond) {
  if (runs_ == nullptr) runs_ = std::make_unique<StoredRuns>(path_);
  if (!sequence_)
    sequence_ =
        runs_->last_at_or_before(position_.frontier) + static_cast<std::int64_t>(position_.pieces);
  std::optional<StoredRuns::Run> run = ahead_ ? std::exchange(ahead_, std::nullopt)
                                              : runs_->first_after(*sequence_, beyond.sequence);
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
