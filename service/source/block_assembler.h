// Puts the messages of the stream together into the journal's blocks: small transactions gathered,
// large ones cut into pieces, each block readable alone (relation messages stand before their first
// use). A pure state machine: no socket, no clock. It is the door at which transactions that
// PostgreSQL sends again are dropped.
//
//   add(B) add(R) add(I)… add(C) add(B) add(I)    take() = the first transaction
//   add(I) add(C)                                 take() = the second
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "service/journal/journal.h"
#include "service/source/pgoutput.h"

namespace deltamill {

struct BlockLimits {
  std::size_t block_bytes_max = std::size_t{4} << 20;  // gathered small transactions
  std::uint64_t block_changes_max = 65536;
  std::size_t piece_bytes_max = std::size_t{8} << 20;  // of a large transaction
};

class BlockAssembler {
 public:
  // `start` is the journal's durable frontier.
  explicit BlockAssembler(Frontier start, BlockLimits limits = {});

  // Takes one message. Throws MalformedMessage: it is unknown or not allowed at this place.
  void add(std::string_view message);

  // Takes a keepalive. Outside a transaction it raises the frontier; within one it says nothing.
  void keepalive(Lsn position);

  // Between a begin and its commit, also while a transaction is dropped because it is reflected
  // already.
  [[nodiscard]] bool in_transaction() const { return in_transaction_; }

  // Everything below is held here or was taken.
  [[nodiscard]] Frontier received() const { return received_; }

  // A limit is reached: take() before more is added.
  [[nodiscard]] bool full() const;

  // The whole transactions gathered so far, else the reached piece of a large transaction, else, if
  // `advance`, an empty block that raises the frontier; nothing if there is none of these.
  [[nodiscard]] BlockPtr take(bool advance);

 private:
  // What is known of a relation on this connection.
  struct Announced {
    std::string message;                 // the latest relation message
    std::uint64_t block = 0;             // in whose payload it stands; 0 = none
    std::uint64_t used_transaction = 0;  // which last carried it, see carried_
  };

  void begin(std::string_view message);
  void commit(std::string_view message);
  void announce(std::string_view message);
  void change(std::string_view message);
  void truncate(std::string_view message);
  void use(Oid oid);
  void append_change(std::string_view message);
  BlockPtr take_transactions();
  BlockPtr take_piece();
  void start_payload(std::size_t bytes_expected);
  [[noreturn]] static void refuse(std::string_view message, const char* reason);

  BlockLimits limits_;
  Frontier taken_;     // end of the blocks taken
  Frontier complete_;  // end of the whole transactions in payload_
  Frontier received_;  // ditto, and keepalives
  std::optional<Lsn> last_commit_lsn_;

  std::string payload_;
  std::uint64_t block_ = 1;  // number of the block being gathered
  std::uint32_t transaction_count_ = 0;
  std::uint64_t change_count_ = 0;  // in payload_
  std::int64_t oldest_commit_time_ = 0;

  bool in_transaction_ = false;
  bool dropped_ = false;  // the open transaction is reflected already
  bool large_ = false;    // a piece of the open transaction was taken
  pgoutput::Begin open_;
  std::string begin_message_;
  std::size_t open_offset_ = 0;           // of the open transaction in payload_
  std::uint64_t open_change_offset_ = 0;  // change_count_ at its begin
  std::uint64_t transaction_ = 0;         // number of the open transaction
  std::string carried_;  // relation messages it uses that stand before open_offset_
  std::unordered_map<Oid, Announced> relations_;
  std::vector<Field> fields_;
};

}  // namespace deltamill
