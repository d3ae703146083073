// Values as views.db stores them, written and read: integers and booleans as INTEGER, reals as REAL
// (in a column of type ANY, which keeps -0; NaN as TEXT), bytea as BLOB, everything else as the
// TEXT that its JSON form holds. stored_comparison.h says how they compare.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sinks/sqlite/bound_sql.h"
#include "sinks/sqlite/database.h"
#include "views/data/row.h"
#include "views/data/schema.h"

namespace deltamill {

// Binds columns of packed rows to statements. Texts that a row does not hold verbatim are made in
// buffers of its own, so a statement must be run before the next row is bound.
class RowBinder {
 public:
  // The columns are used until destruction.
  explicit RowBinder(const Columns& columns);

  // Column c becomes parameter c + 1.
  void bind(Statement& statement, RowBytes row, std::span<const std::uint32_t> columns);

 private:
  const Columns& columns_;
  RowLayout layout_;
  std::vector<std::string> texts_;  // per column
};

// A value as a parameter that equals its stored one.
[[nodiscard]] SqlValue stored_value(const Type& type, const Value& value);

// A column of the statement's row, of this type, as JSON (as row_to_json prints it).
void append_stored_json(const Type& type, const Statement& row, int column, std::string& json);

// Which text a stored value becomes.
enum class TextUse : std::uint8_t { cast, copy };  // value::text; COPY's field

// REQUIRES: not NULL.
void append_stored_text(const Type& type, TextUse use, const Statement& row, int column,
                        std::string& text);

}  // namespace deltamill
