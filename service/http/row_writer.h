// Rows of a statement -> the bytes of an answer, in the format asked for. No DOM, no copy of a row
// in between.
#pragma once

#include <string>
#include <vector>

#include "service/http/media_type.h"
#include "service/http/row_query.h"
#include "sinks/sqlite/database.h"

namespace deltamill {

class RowWriter {
 public:
  // Writes into `body`, which outlives the writer. Column i of each row is item i of `select`.
  RowWriter(RowFormat format, const QueriedView& view, const std::vector<SelectItem>& select,
            std::string& body);

  void begin();
  void append(const Statement& row);
  void end();

 private:
  struct Item {
    Type type;
    bool as_text = false;
    std::string prefix;  // JSON: what stands before the value; CSV: nothing
  };

  void append_json_row(const Statement& row);
  void append_csv_row(const Statement& row);
  void append_csv_field(std::string_view text);

  RowFormat format_;
  std::vector<Item> items_;
  std::string header_;  // CSV: the names
  std::string scratch_;
  std::string& body_;
  bool first_ = true;
};

}  // namespace deltamill
