// Appends blocks to the journal and counts them. A full queue of the journal is waited for with
// bounded patience: after that the connection is given up, and PostgreSQL keeps what we could not
// take.
#include "service/source/block_appender.h"

#include "service/source/source_failed.h"
#include "views/data/check.h"

namespace deltamill {

void raise(std::atomic<std::uint64_t>& position, Lsn to) {
  // Written by one thread only, so no exchange is needed; readers only have to see it grow.
  if (to.value > position.load(std::memory_order_relaxed))
    position.store(to.value, std::memory_order_relaxed);
}

BlockAppender::BlockAppender(Journal& journal, Clock& clock, StreamProgress& progress,
                             Frontier start, std::chrono::milliseconds patience)
    : journal_(journal),
      clock_(clock),
      progress_(progress),
      appended_(start),
      patience_(patience) {}

void BlockAppender::append(const BlockPtr& block) {
  DM_CHECK(block->from == appended_, "blocks follow each other");
  if (!journal_.append(block, clock_.now() + patience_))
    throw SourceFailed("keep the change log", "the journal does not take more", Remedy::retry);
  appended_ = block->to;
  raise(progress_.received, appended_.end());
  raise(progress_.position, appended_.end());
  progress_.transactions.fetch_add(block->transaction_count, std::memory_order_relaxed);
  progress_.changes.fetch_add(block->change_count, std::memory_order_relaxed);
}

}  // namespace deltamill
