// Prints diagnostics the way compilers do, and finds the line and column of a byte. Columns count
// characters, since that is what editors show.
#include "views/sql/diagnostic.h"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>

#include "views/data/ascii.h"
#include "views/data/utf8.h"

namespace deltamill {

namespace {

bool word_byte(char c) {
  return is_letter(c) || is_digit(c) || c == '_' || (static_cast<unsigned char>(c) & 0x80U) != 0;
}

// Characters of the token that `text` begins with: a word, a quoted piece, or one character.
std::size_t token_length(std::string_view text) {
  if (text.empty()) return 1;
  if (text.front() == '"' || text.front() == '\'') {
    const std::size_t end = text.find(text.front(), 1);
    return end == std::string_view::npos ? 1 : count_characters(text.substr(0, end + 1));
  }
  std::size_t bytes = 0;
  while (bytes < text.size() && word_byte(text[bytes])) ++bytes;
  return std::max<std::size_t>(1, count_characters(text.substr(0, bytes)));
}

// As many blanks as `text` has characters; tabs stay, so that the mark stands below its target.
std::string blanks_below(std::string_view text) {
  std::string blanks;
  for (const char c : text)
    if (!continues_character(c)) blanks += c == '\t' ? '\t' : ' ';
  return blanks;
}

std::string_view first_characters(std::string_view text, std::size_t count) {
  std::size_t bytes = 0;
  while (bytes < text.size() && (count > 0 || continues_character(text[bytes]))) {
    if (!continues_character(text[bytes])) --count;
    ++bytes;
  }
  return text.substr(0, bytes);
}

}  // namespace

std::string to_text(const Diagnostic& diagnostic) {
  std::string text = diagnostic.file;
  // What is about the file as a whole stands at its first character.
  text += fmt::format(":{}:{}", std::max(1U, diagnostic.line), std::max(1U, diagnostic.column));
  const char* const severity = diagnostic.severity == Severity::error ? "error" : "warning";
  text += fmt::format(": {}: {} [{}]\n", severity, diagnostic.message, diagnostic.code);
  if (diagnostic.line > 0) {
    const std::uint32_t mark = diagnostic.mark == 0 ? diagnostic.column : diagnostic.mark;
    const std::string_view before =
        first_characters(diagnostic.source_line, std::max<std::uint32_t>(mark, 1) - 1);
    const std::size_t marked = std::max<std::uint32_t>(diagnostic.length, 1);
    text += fmt::format("{:>5} | {}\n", diagnostic.line, diagnostic.source_line);
    text += fmt::format("      | {}^{}\n", blanks_below(before), std::string(marked - 1, '~'));
  }
  if (!diagnostic.hint.empty()) text += fmt::format("  hint: {}\n", diagnostic.hint);
  return text;
}

void locate(const std::string& text, std::size_t byte_offset, Diagnostic& diagnostic) {
  const std::string_view all = text;
  const std::size_t offset = std::min(byte_offset, all.size());
  const std::string_view before = all.substr(0, offset);
  const std::size_t newline = before.rfind('\n');
  const std::size_t line_begin = newline == std::string_view::npos ? 0 : newline + 1;
  std::size_t line_end = std::min(all.find('\n', offset), all.size());
  if (line_end > line_begin && all[line_end - 1] == '\r') --line_end;
  const std::string_view line = all.substr(line_begin, line_end - line_begin);
  diagnostic.line = 1 + static_cast<std::uint32_t>(std::ranges::count(before, '\n'));
  diagnostic.column = 1 + static_cast<std::uint32_t>(count_characters(before.substr(line_begin)));
  diagnostic.source_line = line;
  const std::string_view rest = line.substr(std::min(offset - line_begin, line.size()));
  diagnostic.length = static_cast<std::uint32_t>(token_length(rest));
}

}  // namespace deltamill
