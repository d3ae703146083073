// What is wrong with a file of the project: where, what, and what to write instead.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace deltamill {

enum class Severity : std::uint8_t { error, warning };

struct Diagnostic {
  std::string file;          // as the user named it
  std::uint32_t line = 0;    // 1-based; 0 = the whole file
  std::uint32_t column = 0;  // 1-based, in characters
  Severity severity = Severity::error;
  std::string code;  // stable: "unsupported_sql", "unknown_column", ...
  std::string message;
  std::string hint;          // empty = none
  std::string source_line;   // the text of the line, for display
  std::uint32_t length = 1;  // characters to underline
  std::uint32_t mark = 0;    // where in source_line, 1-based; 0 = at `column`
};

using Diagnostics = std::vector<Diagnostic>;

// As a compiler prints it:
//   deltamill.yaml:3:1: error: unknown key "memory_limt" [unknown_key]
//       3 | memory_limt: 2GiB
//         | ^~~~~~~~~~~
//     hint: did you mean "memory_limit"?
[[nodiscard]] std::string to_text(const Diagnostic& diagnostic);

// Line, column (1-based, characters) and text of the line at a 0-based byte offset of `text`.
void locate(const std::string& text, std::size_t byte_offset, Diagnostic& diagnostic);

}  // namespace deltamill
