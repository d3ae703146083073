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
  // Column i of each row is item i of `select`.
  RowWriter(RowFormat format, const QueriedView& view, const std::vector<SelectItem>& select);

  // What stands before the rows, a row, and what stands after them. The body may be another one
  // each time.
  void begin(std::string& body) const;
  void append(const Statement& row, std::string& body);
  void end(std::string& body) const;

 private:
  struct Item {
    Type type;
    bool as_text = false;
    std::string prefix;  // JSON: what stands before the value; CSV: nothing
  };

  void append_json_row(const Statement& row, std::string& body);
  void append_csv_row(const Statement& row, std::string& body);
  void append_csv_field(std::string_view text, std::string& body) const;

  RowFormat format_;
  std::vector<Item> items_;
  std::string header_;  // CSV: the names
  std::string scratch_;
  bool first_ = true;
};

}  // namespace deltamill
