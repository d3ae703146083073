// Pure: a view -> the SQL of the table that keeps one generation of it, and of the SQL view that
// others read.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sinks/sink.h"

namespace deltamill {

// How a row is found again.
enum class RowIdentity : std::uint8_t {
  integer_key,    // one integer column that cannot be NULL: SQLite's own row number
  plain_key,      // the key columns as they are stored
  canonical_key,  // deltamill_key: bytes in which equal values are equal (numeric 1.0 and 1.00,
                  // NULLs, ...)
  counted,        // no key: deltamill_hash of the representation, deltamill_count = multiplicity
};

[[nodiscard]] RowIdentity row_identity(const SinkView& view);

// Columns of indexes beside the table's own key: an update that leaves them alone leaves the
// indexes alone.
[[nodiscard]] std::vector<std::uint32_t> indexed_columns(const SinkView& view);

// A statement with the view's columns it takes: column c is parameter c + 1. What is not a column
// follows them.
struct RowStatement {
  std::string sql;
  std::vector<std::uint32_t> columns;
};

// With n columns, n + 1 is deltamill_key or deltamill_hash, and n + 2 a multiplicity.
struct TableStatements {
  std::string create;
  std::vector<std::string> create_indexes;  // for a table that is filled
  // Keyed: nothing happens if the key is there. Counted: adds to the row's multiplicity.
  RowStatement insert;
  // All columns but the key's, and the same without indexed_columns(). Empty if there are none.
  RowStatement update;
  RowStatement update_unindexed;
  // Keyed: the row of the key. Counted: the row, if n + 2 is its multiplicity.
  RowStatement erase;
  // Counted: takes n + 2 off a larger multiplicity.
  RowStatement reduce;
};

[[nodiscard]] std::string quote_name(std::string_view name);
[[nodiscard]] std::string generation_table_name(const std::string& view, std::int64_t number);
[[nodiscard]] TableStatements table_statements(const SinkView& view, const std::string& table);
// CREATE VIEW of the view's name over the table of a generation.
[[nodiscard]] std::string create_view_sql(const SinkView& view, const std::string& table);

// Why a view cannot be kept in SQLite, and what to do.
struct StoreRefusal {
  enum class About : std::uint8_t { name, columns, column };

  About about = About::name;
  std::uint32_t column = 0;  // the one at fault
  std::string reason;
  std::string hint;
};

// Every reason; empty = it can be kept.
[[nodiscard]] std::vector<StoreRefusal> refusals_of(const SinkView& view);

}  // namespace deltamill
