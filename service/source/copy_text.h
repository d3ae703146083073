// Rows of COPY … TO STDOUT in text format, turned into the insert messages that the stream would
// send for them: base chunks and change log are one format. A pure function of bytes.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "views/data/type.h"

namespace deltamill {

// A row is not what COPY writes in text format for that many columns.
class MalformedCopyRow : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Appends the insert message of one row (with or without its line end) to a journal payload.
void append_copied_row(std::string_view row, Oid table, std::size_t column_count,
                       std::string& payload);

}  // namespace deltamill
