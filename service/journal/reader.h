// A reader of the journal: from memory while it keeps up, from journal.db when it does not.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "service/journal/durable_tail.h"
#include "service/journal/journal.h"
#include "service/journal/journal_store.h"

namespace deltamill {

class JournalReader final : public Journal::Reader {
 public:
  // The tail is used until destruction.
  JournalReader(std::string path, DurableTail& tail, Frontier start);

  [[nodiscard]] BlockPtr next(const std::stop_token& stop, Clock::Time deadline) override;

 private:
  [[nodiscard]] BlockPtr read_store(const DurableTail::Beyond& beyond);
  void advance_past(const Block& block);

  std::string path_;
  DurableTail& tail_;
  ReadPosition position_;
  std::unique_ptr<StoredRuns> runs_;  // opened when memory does not reach back far enough
  // Of the last run read from the store; nothing = to be found by the position.
  std::optional<std::int64_t> sequence_;
  std::optional<StoredRuns::Run> ahead_;  // read from the store, follows a gap that keepalives made
};

}  // namespace deltamill
