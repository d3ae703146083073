// What the statements of one view's file say together: its query, and what CREATE INDEX, COMMENT ON
// and WITH declare.
#pragma once

#include <string>
#include <vector>

#include "views/sql/parse.h"
#include "views/sql/view_declarations.h"

namespace deltamill {

struct FileContent {
  SelectSyntaxPtr query;  // nullptr: none, and rejections say so
  std::string select_text;
  ViewDeclarations declarations;
  Position key_position = 0;  // of CREATE UNIQUE INDEX
  // Columns that indexes and comments name, still to be checked.
  std::vector<std::pair<std::string, Position>> named_columns;
  std::vector<Rejection> rejections;
};

// REQUIRES: the file was parsed without rejections.
[[nodiscard]] FileContent read_statements(const std::string& view_name, const ParsedFile& file);

}  // namespace deltamill
