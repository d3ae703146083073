// How state comes to exist, in the one way there is: base chunks, then transactions, from the
// journal. First start, restart, rebuild and a new view all read through this.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "service/journal/journal.h"
#include "service/pipeline/batch_assembler.h"

namespace deltamill {

class Replay {
 public:
  // REQUIRES: the base of each table is complete in the journal.
  Replay(Journal& journal, const std::vector<Oid>& tables, BatchLimits limits);

  // The largest base of the tables: below it no state over all of them is a state of the source.
  [[nodiscard]] Frontier base() const { return base_; }
  // Base rows of all tables.
  [[nodiscard]] std::uint64_t base_rows() const { return base_rows_; }

  // Hands over the base rows as batches of inserts, smallest table first. Stops early, returning
  // false, when `stop` is requested.
  bool load_base(const std::function<void(const Batch&)>& take, const std::stop_token& stop);

  // Called with each block of transactions as it is read.
  void on_block(std::function<void(const Block&)> listener) { listener_ = std::move(listener); }

  // A batch will end exactly at this frontier.
  void cut_at(Frontier frontier) { assembler_->cut_at(frontier); }

  // The next batch of transactions; the more waits in the journal, the larger. Nothing when the
  // deadline passed or `stop` was requested.
  [[nodiscard]] std::optional<Batch> next(const std::stop_token& stop,
                                          std::chrono::steady_clock::time_point deadline);

  // End of the last complete batch.
  [[nodiscard]] Frontier frontier() const { return assembler_->frontier(); }

 private:
  Journal& journal_;
  BatchLimits limits_;
  std::vector<JournalTable> tables_;  // by base rows
  Frontier base_;
  std::uint64_t base_rows_ = 0;
  std::unique_ptr<BatchAssembler> assembler_;
  std::unique_ptr<Journal::Reader> reader_;
  std::function<void(const Block&)> listener_;
};

}  // namespace deltamill
