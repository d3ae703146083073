// The shape of a table or of a view's result: named, typed columns and the keys.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "views/data/type.h"

namespace deltamill {

struct Column {
  std::string name;
  Type type;
  bool nullable = true;
};

using Columns = std::vector<Column>;

// Offsets of columns, in key order. Empty key columns (an aggregate without GROUP BY) = at most one
// row.
using KeyColumns = std::vector<std::uint32_t>;

// How the source sends old rows (pg_class.relreplident).
enum class ReplicaIdentity : char { key = 'd', nothing = 'n', full = 'f', index = 'i' };

// A table of the source, bound by OID; columns are in attribute order, dropped ones left out.
struct TableColumn {
  std::string name;
  Type type;
  std::int16_t attribute = 0;  // pg_attribute.attnum
  bool nullable = true;
  bool generated = false;  // GENERATED STORED: not sent by PostgreSQL 15, refused in views for now
  bool deterministic_collation = true;  // equality is bytewise
  bool ordered_by_bytes = true;         // the collation orders by code point (C, POSIX, ucs_basic)
};

struct Table {
  Oid oid = 0;
  std::string schema;
  std::string name;
  std::vector<TableColumn> columns;
  std::optional<KeyColumns> primary_key;     // by column offset
  std::vector<KeyColumns> unique_keys;       // further unique, immediate, not-null, total keys
  std::optional<KeyColumns> identity_index;  // columns of the index of REPLICA IDENTITY USING INDEX
  ReplicaIdentity identity = ReplicaIdentity::key;
  std::uint64_t estimated_rows = 0;

  // The columns by which a row is found again: primary key, else identity index; nothing = kept as
  // a multiset.
  [[nodiscard]] std::optional<KeyColumns> row_key() const {
    return primary_key ? primary_key : identity_index;
  }
};

}  // namespace deltamill
