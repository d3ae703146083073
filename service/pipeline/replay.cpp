// Chooses the tables' order and gathers blocks into batches.
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
    start = std::min(start, table.base);
    base_rows_ += table.row_count;
    tables_.push_back(std::move(table));
  }
  DM_CHECK(tables_.size() == tables.size(), "a table of a view is not in the journal");
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
    // What else is there already joins the batch.
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
