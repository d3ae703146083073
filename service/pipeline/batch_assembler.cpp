// Blocks in, batches out; see the header for the rules.
#include "service/pipeline/batch_assembler.h"

#include <limits>
#include <utility>

namespace deltamill {

namespace {

[[noreturn]] void refuse(std::string_view message, const char* reason) {
  throw MalformedMessage(message.empty() ? '\0' : message.front(), 0, reason);
}

}  // namespace

BatchAssembler::BatchAssembler(Frontier start, BatchLimits limits)
    : limits_(limits), frontier_(start), reached_(start) {}

void BatchAssembler::follow_table(Oid table, Frontier base) {
  tables_[table].base = base;
  latest_ = nullptr;
}

void BatchAssembler::cut_at(Frontier frontier) {
  if (frontier > reached_) cuts_.insert(frontier);
}

void BatchAssembler::add(BlockPtr block) {
  pending_bytes_ += block->payload.size();
  blocks_.push_back(std::move(block));
  if (blocks_.size() == 1) messages_ = MessageCursor(blocks_.front()->payload);
}

std::optional<Batch> BatchAssembler::next() {
  if (owed_ && advance_to(*std::exchange(owed_, std::nullopt)) == Step::ready) return close();
  while (!blocks_.empty()) {
    if (messages_.at_end()) {
      if (finish_block() == Step::ready) return close();
      continue;
    }
    if (take_message() == Step::again) continue;
    return in_transaction_ && !has_whole_transactions() ? close_slice() : close();
  }
  return end_of_blocks();
}

// All blocks are used up: what is whole is given, then what is there of a large transaction.
std::optional<Batch> BatchAssembler::end_of_blocks() {
  if (has_whole_transactions()) return close();
  if (in_transaction_ && !batch_.changes.empty()) return close_slice();
  return std::nullopt;
}

bool BatchAssembler::has_whole_transactions() const {
  return reached_ > frontier_;
}

Batch BatchAssembler::close() {
  Batch closed = std::move(batch_);
  closed.from = frontier_;
  closed.to = reached_;
  closed.storage = storage_;
  frontier_ = reached_;
  batch_ = {};
  if (in_transaction_ && closed.changes.size() > open_changes_) {
    keep_open_transaction(closed);
  } else {
    ++batch_number_;
    storage_ = std::make_shared<Storage>();
    block_is_held_ = false;
    open_changes_ = open_blocks_ = open_fields_ = 0;
  }
  return closed;
}

// The changes of the open transaction become the beginning of the next batch, with what they point
// to.
void BatchAssembler::keep_open_transaction(Batch& closed) {
  const auto first = closed.changes.begin() + static_cast<std::ptrdiff_t>(open_changes_);
  batch_.changes.assign(first, closed.changes.end());
  closed.changes.erase(first, closed.changes.end());
  batch_.relations = closed.relations;  // all, so that offsets stay; batch_number_ stays with them
  auto kept = std::make_shared<Storage>();
  const auto blocks = storage_->blocks.begin() + static_cast<std::ptrdiff_t>(open_blocks_);
  const TupleFields::Chunks& chunks = storage_->fields.chunks;
  const auto fields = chunks.begin() + static_cast<std::ptrdiff_t>(open_fields_);
  kept->blocks.assign(blocks, storage_->blocks.end());
  kept->fields.chunks.assign(fields, chunks.end());
  storage_ = std::move(kept);
  open_changes_ = open_blocks_ = open_fields_ = 0;
}

Batch BatchAssembler::close_slice() {
  Batch slice = std::exchange(batch_, {});
  slice.from = slice.to = frontier_;
  slice.complete = false;
  slice.oldest_commit_time = open_.commit_time;
  slice.storage = std::exchange(storage_, std::make_shared<Storage>());
  ++batch_number_;
  block_is_held_ = false;
  open_changes_ = open_blocks_ = open_fields_ = 0;
  sliced_ = true;
  return slice;
}

BatchAssembler::Step BatchAssembler::take_message() {
  MessageCursor behind = messages_;
  const std::string_view message = behind.next().value();
  Step step = Step::again;
  switch (message.front()) {
    case 'I':
    case 'U':
    case 'D': step = change(message); break;
    case 'R': announce(message); break;
    case 'T': step = truncate(message); break;
    case 'B':
      if (begin(message) == Step::ready)
        return Step::ready;  // a cut stands before it: it is taken up again
      break;
    case 'C': step = commit(message); break;
    default: refuse(message, "such a message is not in the journal");
  }
  messages_ = behind;
  return step;
}

BatchAssembler::Step BatchAssembler::begin(std::string_view message) {
  std::vector<Field> none;
  const auto begun = std::get<pgoutput::Begin>(pgoutput::decode(message, none));
  if (in_transaction_) {  // a further piece of a large transaction
    if (begun.commit_lsn != open_.commit_lsn)
      refuse(message, "a transaction begins within another");
    return Step::again;
  }
  const bool reflected = reached_.reflects(begun.commit_lsn);
  // A cut after any number of ticks at this LSN stands before the transaction.
  const Frontier last(begun.commit_lsn, std::numeric_limits<std::uint64_t>::max());
  if (const auto cut = reflected ? std::nullopt : cut_until(last)) {
    reached_ = *cut;
    return Step::ready;
  }
  in_transaction_ = true;
  dropped_ = reflected;
  sliced_ = false;
  open_ = begun;
  open_changes_ = batch_.changes.size();
  open_blocks_ = storage_->blocks.size() - (block_is_held_ ? 1 : 0);
  // The last chunk of the transactions before may have room for fields of this one.
  const std::size_t chunk_count = storage_->fields.chunks.size();
  open_fields_ = chunk_count == 0 ? 0 : chunk_count - 1;
  return Step::again;
}

BatchAssembler::Step BatchAssembler::commit(std::string_view message) {
  std::vector<Field> none;
  const auto end = std::get<pgoutput::Commit>(pgoutput::decode(message, none));
  if (!in_transaction_ || end.commit_lsn != open_.commit_lsn)
    refuse(message, "the commit of another transaction");
  in_transaction_ = false;
  if (dropped_) return Step::again;
  if (batch_.transaction_count++ == 0) batch_.oldest_commit_time = open_.commit_time;
  const Step step = advance_to(Frontier(end.end_lsn));
  return sliced_ ? Step::ready : step;
}

BatchAssembler::Step BatchAssembler::change(std::string_view message) {
  if (!in_transaction_) refuse(message, "a change outside a transaction");
  FollowedTable* const table = dropped_ ? nullptr : followed(pgoutput::relation_of_change(message));
  if (table == nullptr) return Step::again;
  if (!table->relation) refuse(message, "a change of an unannounced relation");
  Change& change =
      batch_.changes.emplace_back(decode_change(message, *table->relation, storage_->fields));
  change.relation = offset_of(*table);
  return added_change();
}

BatchAssembler::Step BatchAssembler::truncate(std::string_view message) {
  if (!in_transaction_) refuse(message, "a change outside a transaction");
  if (dropped_) return Step::again;
  std::vector<Field> none;
  const auto truncated = std::get<pgoutput::Truncate>(pgoutput::decode(message, none));
  Step step = Step::again;
  for (const Oid oid : truncated.relations) {
    FollowedTable* const table = followed(oid);
    if (table == nullptr) continue;
    if (!table->relation) refuse(message, "a change of an unannounced relation");
    Change& change = batch_.changes.emplace_back();
    change.kind = ChangeKind::truncate;
    change.relation = offset_of(*table);
    step = added_change();
  }
  return step;
}

BatchAssembler::Step BatchAssembler::added_change() {
  if (!block_is_held_) {
    storage_->blocks.push_back(blocks_.front());
    block_is_held_ = true;
  }
  return batch_.changes.size() >= limits_.changes_max ? Step::ready : Step::again;
}

BatchAssembler::Step BatchAssembler::advance_to(Frontier end) {
  if (end <= reached_) return Step::again;
  const auto cut = cut_until(end);
  reached_ = cut.value_or(end);
  if (reached_ < end) owed_ = end;
  return cut ? Step::ready : Step::again;
}

BatchAssembler::Step BatchAssembler::finish_block() {
  const BlockPtr block = std::move(blocks_.front());
  blocks_.pop_front();
  pending_bytes_ -= block->payload.size();
  messages_ = blocks_.empty() ? MessageCursor() : MessageCursor(blocks_.front()->payload);
  block_is_held_ = false;
  if (block->complete && in_transaction_) refuse({}, "a block ends within a transaction");
  return block->complete ? advance_to(block->to) : Step::again;
}

void BatchAssembler::announce(std::string_view message) {
  const auto found = tables_.find(pgoutput::relation_of_change(message));
  if (found == tables_.end()) return;
  FollowedTable& table = found->second;
  if (table.message == message) return;
  std::vector<Field> none;
  auto relation = std::get<Relation>(pgoutput::decode(message, none));
  table.message = message;
  if (table.relation && *table.relation == relation) return;
  table.relation = std::make_shared<const Relation>(std::move(relation));
  table.batch = 0;
}

// The table if its change in the open transaction is wanted.
BatchAssembler::FollowedTable* BatchAssembler::followed(Oid oid) {
  if (latest_ == nullptr || latest_oid_ != oid) {
    const auto found = tables_.find(oid);
    if (found == tables_.end()) return nullptr;
    latest_ = &found->second;
    latest_oid_ = oid;
  }
  return latest_->base.reflects(open_.commit_lsn) ? nullptr : latest_;
}

std::uint32_t BatchAssembler::offset_of(FollowedTable& table) {
  if (table.batch != batch_number_) {
    table.batch = batch_number_;
    table.offset = static_cast<std::uint32_t>(batch_.relations.size());
    batch_.relations.push_back(table.relation);
  }
  return table.offset;
}

// The first cut in (reached, end]; those passed are forgotten.
std::optional<Frontier> BatchAssembler::cut_until(Frontier end) {
  while (!cuts_.empty() && *cuts_.begin() <= reached_) cuts_.erase(cuts_.begin());
  if (cuts_.empty() || *cuts_.begin() > end) return std::nullopt;
  return *cuts_.begin();
}

}  // namespace deltamill
