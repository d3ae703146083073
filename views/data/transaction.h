// What enters the dataflow: changes of tables as the source sent them, in commit order, values
// still in PostgreSQL's text form. A batch is the whole transactions of [from, to), or a slice of
// one transaction too large for a batch.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "views/data/frontier.h"
#include "views/data/schema.h"

namespace deltamill {

// One column of a tuple on the wire.
struct Field {
  enum class Kind : std::uint8_t {
    null,
    unchanged,  // an out-of-line value that the statement did not modify: not sent
    text,
  };
  const char* data = nullptr;
  std::uint32_t length = 0;
  Kind kind = Kind::null;

  [[nodiscard]] std::string_view text() const { return {data, length}; }
};
static_assert(sizeof(Field) == 16);

struct Tuple {
  const Field* fields = nullptr;
  std::uint32_t count = 0;
};

// A table's shape as the stream announced it. The stream's column order, not the catalog's.
struct RelationColumn {
  std::string name;
  Oid type = 0;
  std::int32_t modifier = -1;
  bool identity = false;  // part of the replica identity

  [[nodiscard]] bool operator==(const RelationColumn&) const = default;
};

struct Relation {
  Oid oid = 0;
  std::string schema;
  std::string name;
  ReplicaIdentity identity = ReplicaIdentity::key;
  std::vector<RelationColumn> columns;

  [[nodiscard]] bool operator==(const Relation&) const = default;
};

enum class ChangeKind : std::uint8_t { insert, update, erase, truncate };

// What the old tuple of an update or delete holds.
enum class OldTuple : std::uint8_t {
  none,  // an update that did not touch the identity columns
  key,   // identity columns only; the others are filler, not NULL
  full,
};

struct Change {
  ChangeKind kind = ChangeKind::insert;
  OldTuple old_kind = OldTuple::none;
  std::uint32_t relation = 0;  // offset in Batch::relations
  Tuple old_tuple;
  Tuple new_tuple;  // insert, update
};

struct Batch {
  Frontier from;
  Frontier to;  // meaningful when `complete`
  // False: a slice of a large transaction, more follows before anything may be shown.
  bool complete = true;
  // Ticks that apply before these transactions; 0 until time-dependent views exist.
  std::uint64_t tick = 0;
  std::vector<std::shared_ptr<const Relation>> relations;
  std::vector<Change> changes;
  std::uint64_t transaction_count = 0;
  // Microseconds since 2000-01-01 UTC of the first transaction; 0 = none.
  std::int64_t oldest_commit_time = 0;
  std::shared_ptr<const void> storage;  // keeps alive what tuples point to
};

}  // namespace deltamill
