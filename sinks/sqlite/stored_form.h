// Values as views.db stores them (integers and booleans as INTEGER, reals as ANY,
// bytea as BLOB, everything else as the TEXT that its JSON form holds), bound straight from packed
// rows.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "sinks/sqlite/database.h"
#include "views/data/row.h"
#include "views/data/schema.h"

namespace deltamill {

// Binds columns of rows to statements. Texts that a row does not hold verbatim are made in a buffer
// of its own, so a statement must be run before the next row is bound.
class RowBinder {
 public:
  // The columns are used until destruction.
  explicit RowBinder(const Columns& columns);

  // Column c becomes parameter c + 1.
  void bind(Statement& statement, RowBytes row, std::span<const std::uint32_t> columns);

 private:
  struct Text {
    int parameter = 0;
    std::size_t begin = 0;
    std::size_t end = 0;
  };

  void bind_value(Statement& statement, std::uint32_t column, const Value& value);
  void make_text(std::uint32_t column, const Value& value);

  const Columns& columns_;
  RowLayout layout_;
  std::string buffer_;
  std::vector<Text> texts_;
};

}  // namespace deltamill
