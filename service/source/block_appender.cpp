// Appending with bounded patience.
#include "service/source/block_appender.h"

#include <thread>

#include "service/source/source_failed.h"
#include "views/data/check.h"

namespace deltamill {

void raise(std::atomic<std::uint64_t>& position, Lsn to) {
  if (to.value > position.load(std::memory_order_relaxed))
    position.store(to.value, std::memory_order_relaxed);
}

std::int64_t postgres_time() {
  constexpr std::int64_t epoch_difference_us = 946'684'800'000'000;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count() - epoch_difference_us;
}

BlockAppender::BlockAppender(Journal& journal, StreamProgress& progress, Frontier start,
                             std::chrono::milliseconds patience)
    : journal_(journal), progress_(progress), appended_(start), patience_(patience) {}

void BlockAppender::append(const BlockPtr& block) {
  DM_CHECK(block->from == appended_, "blocks follow each other");
  const auto given_up = std::chrono::steady_clock::now() + patience_;
  while (!journal_.append(block)) {
    if (std::chrono::steady_clock::now() >= given_up)
      throw SourceFailed("keep the change log", "the journal does not take more", Remedy::retry);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  appended_ = block->to;
  raise(progress_.received, appended_.end());
  raise(progress_.position, appended_.end());
  progress_.transactions.fetch_add(block->transaction_count, std::memory_order_relaxed);
  progress_.changes.fetch_add(block->change_count, std::memory_order_relaxed);
}

}  // namespace deltamill
