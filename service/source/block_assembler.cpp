// Gathers messages of the stream into blocks. One buffer holds whole transactions followed by the
// one that is open; take() cuts it between them. The difficulty is that each block must be readable
// alone: the begin of an open transaction and the relation messages that it uses have to go with
// it, though they stand in front of the cut.
#include "service/source/block_assembler.h"

#include <algorithm>
#include <utility>

#include "service/journal/payload.h"
#include "views/data/check.h"

namespace deltamill {

BlockAssembler::BlockAssembler(Frontier start, BlockLimits limits)
    : limits_(limits), taken_(start), complete_(start), received_(start) {}

void BlockAssembler::add(std::string_view message) {
  if (message.empty()) throw MalformedMessage(0, 0, "it is empty");
  switch (message.front()) {
    case 'I':
    case 'U':
    case 'D': return change(message);
    case 'B': return begin(message);
    case 'C': return commit(message);
    case 'R': return announce(message);
    case 'T': return truncate(message);
    case 'Y':
    case 'O':
    // Types, origins and logical messages say nothing about rows; they are decoded all the same, so
    // that a stream that is not what we think it is ends here.
    case 'M': return static_cast<void>(pgoutput::decode(message, fields_));  // checked, not stored
    default: refuse(message, "no message of protocol version 1");
  }
}

void BlockAssembler::keepalive(Lsn position) {
  // Within a transaction the position may lie beyond its begin: as a frontier it would claim
  // changes that are still to come.
  if (in_transaction_) return;
  received_ = std::max(received_, Frontier(position));
}

bool BlockAssembler::full() const {
  // Only an open transaction: it is cut into pieces when it is too large to be kept.
  if (transaction_count_ == 0) return in_transaction_ && payload_.size() >= limits_.piece_bytes_max;
  // The last piece goes alone. Readers count rows of the journal from the begin of a large
  // transaction, and memory is free again at once.
  const bool ends_large = large_ && !in_transaction_;
  return ends_large || payload_.size() >= limits_.block_bytes_max ||
         change_count_ >= limits_.block_changes_max;
}

BlockPtr BlockAssembler::take(bool advance) {
  if (transaction_count_ > 0) return take_transactions();
  if (full()) return take_piece();
  // Nothing but keepalives: worth a block only when somebody wants the frontier raised.
  if (!advance || in_transaction_ || received_ == taken_) return nullptr;
  auto block = std::make_shared<Block>();
  block->from = taken_;
  block->to = received_;
  taken_ = complete_ = received_;
  return block;
}

void BlockAssembler::begin(std::string_view message) {
  if (in_transaction_) refuse(message, "a transaction begins within another");
  open_ = std::get<pgoutput::Begin>(pgoutput::decode(message, fields_));
  // PostgreSQL sends transactions in the order of their commits (POSTGRES 0.1); everything else,
  // the order of frontiers included, rests on it.
  if (last_commit_lsn_ && open_.commit_lsn <= *last_commit_lsn_)
    refuse(message, "a transaction is not behind the one before");
  last_commit_lsn_ = open_.commit_lsn;
  in_transaction_ = true;
  large_ = false;
  // After a restart PostgreSQL sends again what it forgot that we had confirmed: normal operation,
  // dropped at this door. Compared with `taken_`, since what is gathered in this block came in
  // order.
  dropped_ = taken_.reflects(open_.commit_lsn);
  if (dropped_) return;
  ++transaction_;
  carried_.clear();
  open_offset_ = payload_.size();
  open_change_offset_ = change_count_;
  // Kept for the pieces: each repeats it.
  begin_message_ = message;
  append_message(message, payload_);
}

void BlockAssembler::commit(std::string_view message) {
  if (!in_transaction_) refuse(message, "a commit outside a transaction");
  const auto end = std::get<pgoutput::Commit>(pgoutput::decode(message, fields_));
  if (end.commit_lsn != open_.commit_lsn) refuse(message, "the commit of another transaction");
  in_transaction_ = false;
  received_ = std::max(received_, Frontier(end.end_lsn));
  if (dropped_) return;
  append_message(message, payload_);
  complete_ = Frontier(end.end_lsn);
  if (transaction_count_++ == 0) oldest_commit_time_ = open_.commit_time;
}

// Remembered, written when it is first used: relation messages come in transactions of which
// nothing may be kept, and are repeated without a change (POSTGRES P13).
void BlockAssembler::announce(std::string_view message) {
  const auto relation = std::get<Relation>(pgoutput::decode(message, fields_));
  Announced& announced = relations_[relation.oid];
  if (announced.message == message) return;
  announced.message = message;
  announced.block = 0;  // before its next use it is written again
  announced.used_transaction = 0;
}

void BlockAssembler::change(std::string_view message) {
  if (!in_transaction_) refuse(message, "a change outside a transaction");
  if (dropped_) return;
  use(pgoutput::relation_of_change(message));
  append_change(message);
}

void BlockAssembler::truncate(std::string_view message) {
  if (!in_transaction_) refuse(message, "a change outside a transaction");
  if (dropped_) return;
  const auto truncated = std::get<pgoutput::Truncate>(pgoutput::decode(message, fields_));
  for (const Oid oid : truncated.relations) use(oid);
  append_change(message);
}

// ENSURES: the relation's message stands in the payload before the change, also after the open
// transaction was separated from those before it.
void BlockAssembler::use(Oid oid) {
  const auto found = relations_.find(oid);
  if (found == relations_.end())
    throw MalformedMessage('R', 0, "a change of an unannounced relation");
  Announced& relation = found->second;
  if (relation.used_transaction == transaction_ && relation.block == block_) return;
  relation.used_transaction = transaction_;
  // It stands in this payload already, but in front of the open transaction. Should that be cut
  // off, it goes along in `carried_`.
  if (relation.block == block_) return append_message(relation.message, carried_);
  append_message(relation.message, payload_);
  relation.block = block_;
}

void BlockAssembler::append_change(std::string_view message) {
  append_message(message, payload_);
  ++change_count_;
}

BlockPtr BlockAssembler::take_transactions() {
  auto block = std::make_shared<Block>();
  block->from = taken_;
  block->to = in_transaction_ ? complete_ : received_;
  block->transaction_count = std::exchange(transaction_count_, 0);
  block->oldest_commit_time = oldest_commit_time_;
  const bool open = in_transaction_ && !dropped_;
  std::string rest;
  // The open transaction becomes the beginning of the next payload: its begin, the relation
  // messages from in front of it, then the rest as it stood.
  if (open) {
    append_message(begin_message_, rest);
    const std::size_t behind_begin = open_offset_ + rest.size();
    rest += carried_;
    rest.append(payload_, behind_begin);
    payload_.resize(open_offset_);
    block->change_count = open_change_offset_;
    change_count_ -= open_change_offset_;
  } else {
    block->change_count = std::exchange(change_count_, 0);
  }
  block->payload = std::move(payload_);
  start_payload(std::max(block->payload.size(), rest.size()));
  payload_ += rest;
  if (open) {
    for (auto& [oid, relation] : relations_)
      // Each relation it has used so far stands in the new payload, carried or copied.
      if (relation.used_transaction == transaction_) relation.block = block_;
    open_offset_ = 0;
    open_change_offset_ = 0;
  }
  taken_ = complete_ = block->to;
  return block;
}

// `to` stays at `from`: a piece has no frontier of its own until its commit is there.
BlockPtr BlockAssembler::take_piece() {
  DM_CHECK(open_offset_ == 0, "whole transactions are taken before a piece");
  auto block = std::make_shared<Block>();
  block->from = taken_;
  block->to = taken_;
  block->complete = false;
  block->change_count = std::exchange(change_count_, 0);
  block->payload = std::move(payload_);
  start_payload(block->payload.size());
  append_message(begin_message_, payload_);
  large_ = true;
  return block;
}

// In a backlog the next block is about as large as the one before.
void BlockAssembler::start_payload(std::size_t bytes_expected) {
  payload_ = {};
  payload_.reserve(bytes_expected + bytes_expected / 4);
  carried_.clear();
  ++block_;
}

void BlockAssembler::refuse(std::string_view message, const char* reason) {
  throw MalformedMessage(message.front(), 0, reason);
}

}  // namespace deltamill
