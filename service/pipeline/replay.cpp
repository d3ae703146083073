// Reads base chunks table by table, then gathers the journal's blocks into batches.
#include "service/pipeline/replay.h"

#include <algorithm>

#include "service/pipeline/base_rows.h"
#include "views/data/check.h"

namespace deltamill {

namespace {

// Blocks read ahead of the batch being made.
constexpr std::size_t pending_bytes_max = std::size_t{8} << 20;

}  // namespace

Replay::Replay(Journal& journal, const std::vector<Oid>& tables, BatchLimits limits)
    : journal_(journal), limits_(limits) {
  Frontier start = journal.durable();
  for (JournalTable& table : journal.tables()) {
    if (std::ranges::find(tables, table.oid) == tables.end()) continue;
    DM_CHECK(table.complete, "the base of table " + table.name + " is incomplete");
    base_ = std::max(base_, table.base);
    // Transactions are read from the smallest base on; below its own base each table leaves them
    // out (BatchAssembler::follow_table).
    start = std::min(start, table.base);
    base_rows_ += table.row_count;
    tables_.push_back(std::move(table));
  }
  DM_CHECK(tables_.size() == tables.size(), "a table of a view is not in the journal");
  // Small tables first: while the rows of the largest come, what they join with is there already.
  // In the other order an outer join would pad every one of them first and take the padding back.
  std::ranges::sort(tables_, {}, &JournalTable::row_count);
  assembler_ = std::make_unique<BatchAssembler>(start, limits);
  for (const JournalTable& table : tables_) assembler_->follow_table(table.oid, table.base);
  reader_ = journal.read_from(start);
}

bool Replay::load_base(const std::function<void(const Batch&)>& take, const std::stop_token& stop) {
  for (const JournalTable& table : tables_) {
    journal_.read_base(table.oid, [&](const BaseChunk& chunk) {
      if (!stop.stop_requested()) decode_base_chunk(chunk, limits_.changes_max, take);
    });
    if (stop.stop_requested()) return false;
  }
  return true;
}

std::optional<Batch> Replay::next(const std::stop_token& stop,
                                  std::chrono::steady_clock::time_point deadline) {
  while (true) {
    if (std::optional<Batch> batch = assembler_->next()) return batch;
    BlockPtr block = reader_->next(stop, deadline);
    if (block == nullptr) return std::nullopt;
    // What else is there already joins the batch, without waiting: batches grow with the backlog,
    // and an idle source has its transaction through at once.
    std::size_t changes = 0;
    while (block != nullptr) {
      changes += block->change_count;
      if (listener_) listener_(*block);
      assembler_->add(std::move(block));
      if (changes >= limits_.changes_max || assembler_->pending_bytes() >= pending_bytes_max) break;
      block = reader_->next(stop, std::chrono::steady_clock::time_point::min());
    }
  }
}

}  // namespace deltamill
