// Turns the journal's blocks into the engine's batches: decodes, drops what a frontier or a table's
// base already reflects, cuts where a sink's frontier stands, bounds each batch. A pure state
// machine, owned by the engine thread.
//
//   BatchAssembler batches(start);
//   batches.follow_table(oid, base);        // each table of the dataflow; others are dropped
//   batches.cut_at(sink.frontier());        // each sink, before the first block
//   batches.add(reader->next(…));           // one or several: batches grow with the backlog
//   while (auto batch = batches.next()) …   // until everything added is used up
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "service/journal/journal.h"
#include "service/journal/payload.h"
#include "service/pipeline/row_messages.h"
#include "service/source/pgoutput.h"
#include "views/data/transaction.h"

namespace deltamill {

struct BatchLimits {
  std::size_t changes_max = 65536;  // per batch; a larger transaction comes in slices
};

class BatchAssembler {
 public:
  // `start` is the frontier of what the caller's state reflects: transactions below it are dropped.
  explicit BatchAssembler(Frontier start, BatchLimits limits = {});

  // Changes of this table are delivered from its base on. Changes of tables never named here are
  // dropped. REQUIRES: next() has returned nothing since the last add(), or nothing was added yet.
  void follow_table(Oid table, Frontier base);

  // A batch ends exactly here. Frontiers already passed are ignored.
  void cut_at(Frontier frontier);

  // REQUIRES: blocks come in order; the pieces of a large transaction only when its commit is
  // durable, so that no piece comes twice (a journal reader withholds them until then, POSTGRES
  // P40).
  void add(BlockPtr block);

  // The next batch of what was added, or nothing when more blocks are needed. Batches follow each
  // other: `from` is the `to` of the one before. Whole transactions only, except slices of one
  // transaction (complete = false, from = to), whose last slice is complete. A batch without
  // changes only advances the frontier. The batch keeps its blocks alive by itself. Throws
  // MalformedMessage, TornPayload: the journal holds what no PostgreSQL sends.
  [[nodiscard]] std::optional<Batch> next();

  // End of the last complete batch.
  [[nodiscard]] Frontier frontier() const { return frontier_; }
  // Bytes of the blocks added and not used up.
  [[nodiscard]] std::size_t pending_bytes() const { return pending_bytes_; }

 private:
  struct FollowedTable {
    Frontier base;
    std::string message;                       // of `relation`, to recognise it when it is repeated
    std::shared_ptr<const Relation> relation;  // the shape in force; shared with batches in flight
    std::uint64_t batch = 0;                   // in which `offset` holds
    std::uint32_t offset = 0;                  // in Batch::relations
  };
  // What the tuples of a batch point to.
  struct Storage {
    std::vector<BlockPtr> blocks;
    TupleFields fields;
  };

  // What a step through the messages ended with.
  enum class Step : std::uint8_t { again, ready };

  [[nodiscard]] std::optional<Batch> end_of_blocks();
  [[nodiscard]] Batch close();
  [[nodiscard]] Batch close_slice();
  void keep_open_transaction(Batch& closed);

  Step take_message();
  Step begin(std::string_view message);
  Step commit(std::string_view message);
  Step change(std::string_view message);
  Step truncate(std::string_view message);
  Step added_change();
  Step advance_to(Frontier end);
  Step finish_block();
  void announce(std::string_view message);
  [[nodiscard]] FollowedTable* followed(Oid oid);
  [[nodiscard]] std::uint32_t offset_of(FollowedTable& table);
  [[nodiscard]] std::optional<Frontier> cut_until(Frontier end);
  [[nodiscard]] bool has_whole_transactions() const;

  BatchLimits limits_;
  Frontier frontier_;             // of the last complete batch
  Frontier reached_;              // of the whole transactions in batch_
  std::optional<Frontier> owed_;  // to be reached once the batch that a cut closed is given
  std::set<Frontier> cuts_;
  std::unordered_map<Oid, FollowedTable> tables_;
  FollowedTable* latest_ = nullptr;
  Oid latest_oid_ = 0;

  std::deque<BlockPtr> blocks_;
  std::size_t pending_bytes_ = 0;
  MessageCursor messages_;      // of blocks_.front() that are not used up
  bool block_is_held_ = false;  // blocks_.front() stands in storage_

  bool in_transaction_ = false;
  bool dropped_ = false;  // the open transaction is reflected
  bool sliced_ = false;   // a slice of it was given
  pgoutput::Begin open_;
  std::size_t open_changes_ = 0;  // where it begins in batch_.changes,
  std::size_t open_blocks_ = 0;   // in storage_->blocks
  std::size_t open_fields_ = 0;   // and in storage_->fields.chunks

  Batch batch_;
  std::uint64_t batch_number_ = 1;
  // Shared with the batch that is given.
  std::shared_ptr<Storage> storage_ = std::make_shared<Storage>();
};

}  // namespace deltamill
