// Text of a view's file -> statements, by PostgreSQL's own grammar (libpg_query). Knows no tables
// and no types.
#pragma once

#include <string>
#include <vector>

#include "views/sql/rejection.h"
#include "views/sql/syntax.h"

namespace deltamill {

struct ParsedFile {
  std::vector<StatementSyntax> statements;
  std::vector<Rejection> rejections;  // not empty: the statements are incomplete
};

constexpr std::size_t view_text_bytes_max = std::size_t{128} << 10;

// REQUIRES: nothing; any bytes may come.
[[nodiscard]] ParsedFile parse_file(const std::string& text);

}  // namespace deltamill
