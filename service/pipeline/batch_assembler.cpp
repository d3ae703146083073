// Cuts the journal's blocks into the engine's batches. Blocks end where the source thread had
// filled them up; batches end where a sink's frontier stands, where enough is gathered, or where a
// large transaction ends. Two rules connect them: `reached_`, the end of the whole transactions
// gathered in `batch_`, never passes a cut; and a message is consumed only once its effect is in
// `batch_`.
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

// Frontiers only advance: what was passed cannot become the end of a batch any more.
void BatchAssembler::cut_at(Frontier frontier) {
  if (frontier > reached_) cuts_.insert(frontier);
}

void BatchAssembler::add(BlockPtr block) {
  pending_bytes_ += block->payload.size();
  blocks_.push_back(std::move(block));
  if (blocks_.size() == 1) messages_ = MessageCursor(blocks_.front()->payload);
}

std::optional<Batch> BatchAssembler::next() {
  // A cut ended the batch before, short of the end of its last transaction. The rest of that way
  // comes first and may meet further cuts.
  if (owed_ && advance_to(*std::exchange(owed_, std::nullopt)) == Step::ready) return close();
  while (!blocks_.empty()) {
    if (messages_.at_end()) {
      if (finish_block() == Step::ready) return close();
      continue;
    }
    if (take_message() == Step::again) continue;
    // Within a transaction only size ends a batch. If whole transactions stand before it they are
    // given alone, and it begins the next batch; if it fills the batch by itself, a slice of it is
    // given.
    return in_transaction_ && !has_whole_transactions() ? close_slice() : close();
  }
  return end_of_blocks();
}

// All blocks are used up. Waiting for more would hold back what is there, so whole transactions are
// given at once, and of an open one everything that has come.
std::optional<Batch> BatchAssembler::end_of_blocks() {
  if (has_whole_transactions()) return close();
  if (in_transaction_ && !batch_.changes.empty()) return close_slice();
  return std::nullopt;
}

bool BatchAssembler::has_whole_transactions() const {
  return reached_ > frontier_;
}

Batch BatchAssembler::close() {
  // Possibly without changes: transactions of other tables and keepalives carry the frontier on,
  // too.
  Batch closed = std::move(batch_);
  closed.from = frontier_;
  closed.to = reached_;
  closed.storage = storage_;
  frontier_ = reached_;
  batch_ = {};
  // The open transaction begins in the middle of this batch, which must end before it. Its changes
  // are decoded already and point into `storage_`: they move on rather than being decoded again.
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

// The changes of the open transaction become the beginning of the next batch. The closed one keeps
// the whole storage alive, the next one only what it points to, so that a long run of batches never
// holds older blocks. The chunk of fields in which the two meet belongs to both: it is only ever
// appended to within its capacity, so no tuple of the closed batch moves.
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
  // The frontier stays: half a transaction is no state of the source, and nobody may store it as
  // one. `complete` tells that the rest follows.
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
  // The cursor moves behind the message only when that took effect: a begin with a cut before it is
  // read again as the first message of the next batch.
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
      if (begin(message) == Step::ready) return Step::ready;
      break;
    case 'C': step = commit(message); break;
    // The journal stores no others (payload.h): these bytes were not written by us.
    default: refuse(message, "such a message is not in the journal");
  }
  messages_ = behind;
  return step;
}

BatchAssembler::Step BatchAssembler::begin(std::string_view message) {
  std::vector<Field> none;
  const auto begun = std::get<pgoutput::Begin>(pgoutput::decode(message, none));
  // Every piece of a large transaction repeats its begin, so that it can be read alone.
  if (in_transaction_) {
    if (begun.commit_lsn != open_.commit_lsn)
      refuse(message, "a transaction begins within another");
    return Step::again;
  }
  // A block may straddle the frontier at which reading starts, and a replay starts at the smallest
  // base of its tables. What is below is walked through and left out.
  const bool reflected = reached_.reflects(begun.commit_lsn);
  // A frontier (commit_lsn, tick) does not reflect this transaction, whatever the tick. A cut at
  // any of them therefore stands before the transaction and ends the batch here.
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
  // Where the open transaction begins in the batch, should it have to move on to the next one. The
  // block at hand holds its first changes, also if an earlier transaction brought it into the
  // storage.
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
  // Transactions come in commit order, so the first one is the oldest.
  if (batch_.transaction_count++ == 0) batch_.oldest_commit_time = open_.commit_time;
  const Step step = advance_to(Frontier(end.end_lsn));
  // The last slice ends its batch. A sink holds its commit open from the first slice on, a rebuild
  // holds every sink: not for other transactions as well.
  return sliced_ ? Step::ready : step;
}

BatchAssembler::Step BatchAssembler::change(std::string_view message) {
  if (!in_transaction_) refuse(message, "a change outside a transaction");
  // Tuples are decoded only for a table of the dataflow whose base does not hold this transaction
  // yet. In a journal of many tables, most messages end here.
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
  // One message lists all tables of a TRUNCATE, those reached by CASCADE too. To the dataflow it is
  // one change per table; the changes stay neighbours, as in the source.
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
  // Tuples point into the block's payload, so the batch keeps the block. One without a change that
  // is followed is let go as soon as it is read.
  if (!block_is_held_) {
    storage_->blocks.push_back(blocks_.front());
    block_is_held_ = true;
  }
  return batch_.changes.size() >= limits_.changes_max ? Step::ready : Step::again;
}

// Raises `reached_` to the end of a transaction, or of a keepalive, but never across a cut: a sink
// that stored a frontier takes nothing below it and everything above, so a batch on both sides
// could be neither given to it nor kept from it. No transaction begins between a cut found here and
// `end` (begin() looked before it), so what is owed is an empty piece of the log.
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
  // A block may end above its last transaction: keepalives raised it. A piece has no end of its
  // own; its transaction goes on in the next block.
  return block->complete ? advance_to(block->to) : Step::again;
}

void BatchAssembler::announce(std::string_view message) {
  const auto found = tables_.find(pgoutput::relation_of_change(message));
  if (found == tables_.end()) return;
  FollowedTable& table = found->second;
  // Relation messages are repeated at the begin of blocks and after every invalidation in the
  // source (POSTGRES P13): usually a comparison of bytes is all. A shape that is the same stays the
  // same object. Messages are heeded in dropped transactions too; the changes behind them rely on
  // it.
  if (table.message == message) return;
  std::vector<Field> none;
  auto relation = std::get<Relation>(pgoutput::decode(message, none));
  table.message = message;
  if (table.relation && *table.relation == relation) return;
  table.relation = std::make_shared<const Relation>(std::move(relation));
  // No batch has this number: the next change lists the new shape in the batch, beside the old one
  // if changes of that shape precede it.
  table.batch = 0;
}

// The table if its change in the open transaction is wanted. Bases were read at different times:
// each table joins at its own.
BatchAssembler::FollowedTable* BatchAssembler::followed(Oid oid) {
  // Changes come in runs of one table; the look-up of the change before mostly holds.
  if (latest_ == nullptr || latest_oid_ != oid) {
    const auto found = tables_.find(oid);
    if (found == tables_.end()) return nullptr;
    latest_ = &found->second;
    latest_oid_ = oid;
  }
  return latest_->base.reflects(open_.commit_lsn) ? nullptr : latest_;
}

// Where the relation stands in the batch. Comparing batch numbers saves clearing every table's
// offset at each batch.
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
