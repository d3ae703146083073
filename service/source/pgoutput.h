// The messages of pgoutput, protocol version 1, as PostgreSQL 15 sends them (manual: "Logical
// Replication Message Formats"). A pure function of bytes: every read is bounds-checked, every byte
// must be consumed, an unknown message is an error. One struct per message; what is done with them
// stands in block_assembler.h and pipeline/batch_assembler.h.
//
//   B commit_lsn:8 commit_time:8 xid:4
//   C flags:1 commit_lsn:8 end_lsn:8 commit_time:8
//   O commit_lsn:8 name\0
//   R oid:4 schema\0 name\0 identity:1 count:2 (key:1 name\0 type:4 modifier:4) …
//   Y oid:4 schema\0 name\0
//   I relation:4 'N' tuple
//   U relation:4 ['K' tuple | 'O' tuple] 'N' tuple
//   D relation:4 ('K' tuple | 'O' tuple)
//   T count:4 options:1 relation:4 …
//   M flags:1 lsn:8 prefix\0 length:4 bytes
//   tuple = count:2 ('n' | 'u' | 't' length:4 bytes) …
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "views/data/lsn.h"
#include "views/data/transaction.h"

namespace deltamill {

// The bytes are no pgoutput message of version 1. Not retryable: the server would send the same
// again.
class MalformedMessage : public std::runtime_error {
 public:
  MalformedMessage(char message, std::size_t offset, const std::string& reason);
  // The first byte of the message, 0 for an empty one.
  [[nodiscard]] char message() const { return message_; }
  // Where in the message decoding stopped.
  [[nodiscard]] std::size_t offset() const { return offset_; }

 private:
  char message_;
  std::size_t offset_;
};

namespace pgoutput {

struct Begin {
  Lsn commit_lsn;
  std::int64_t commit_time = 0;  // microseconds since 2000-01-01 UTC
  std::uint32_t xid = 0;
};

struct Commit {
  Lsn commit_lsn;
  Lsn end_lsn;
  std::int64_t commit_time = 0;
};

struct Origin {
  Lsn commit_lsn;
  std::string_view name;
};

// A type that is not built in, sent before the relation that uses it.
struct TypeName {
  Oid oid = 0;
  std::string_view schema;
  std::string_view name;
};

// A tuple's fields stand in the vector given to decode(); offsets, because the vector may move
// while it grows.
struct TupleRange {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

struct Insert {
  Oid relation = 0;
  TupleRange new_tuple;
};

struct Update {
  Oid relation = 0;
  OldTuple old_kind = OldTuple::none;
  TupleRange old_tuple;
  TupleRange new_tuple;
};

struct Delete {
  Oid relation = 0;
  OldTuple old_kind = OldTuple::key;
  TupleRange old_tuple;
};

struct Truncate {
  bool cascade = false;
  bool restart_identity = false;
  std::vector<Oid> relations;
};

// pg_logical_emit_message.
struct LogicalMessage {
  bool transactional = false;
  Lsn lsn;
  std::string_view prefix;
  std::string_view content;
};

using Message = std::variant<Begin, Commit, Origin, Relation, TypeName, Insert, Update, Delete,
                             Truncate, LogicalMessage>;

// Decodes one message. Tuple fields are appended to `fields` and point into `bytes`, as all views
// of the result do. Throws MalformedMessage; `fields` may then hold a part of a tuple.
[[nodiscard]] Message decode(std::string_view bytes, std::vector<Field>& fields);

// The relation of an insert, update or delete without decoding its tuples.
[[nodiscard]] Oid relation_of_change(std::string_view bytes);

// The bytes of a relation message, as PostgreSQL sends it for this relation.
[[nodiscard]] std::string encode_relation(const Relation& relation);

}  // namespace pgoutput
}  // namespace deltamill
