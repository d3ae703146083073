// Rows of COPY's text format as insert messages, so that base rows and streamed rows are decoded by
// one decoder. COPY TO writes \N for NULL and \b \f \n \r \t \v \\ for these characters, nothing
// else (manual: "COPY", "Text Format").
#include "service/source/copy_text.h"

#include <cstring>

#include "views/data/big_endian.h"

namespace deltamill {

namespace {

char unescaped(char code) {
  switch (code) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'v': return '\v';
    case '\\': return '\\';
    default: throw MalformedCopyRow("cannot read a copied row: unknown escape");
  }
}

void append_unescaped(std::string_view text, std::string& payload) {
  while (true) {
    const std::size_t escape = text.find('\\');
    payload.append(text.substr(0, escape));
    if (escape == std::string_view::npos) return;
    if (escape + 1 == text.size()) throw MalformedCopyRow("cannot read a copied row: torn escape");
    payload.push_back(unescaped(text[escape + 1]));
    text.remove_prefix(escape + 2);
  }
}

void append_field(std::string_view text, std::string& payload) {
  // Before unescaping: a column that holds a backslash and an N comes as \\N.
  if (text == "\\N") {
    payload.push_back('n');
    return;
  }
  payload.append("t\0\0\0\0", 5);
  const std::size_t start = payload.size();
  // Straight into the payload; the length in front of it is known afterwards.
  append_unescaped(text, payload);
  write_big_endian(static_cast<std::uint32_t>(payload.size() - start), payload.data() + start - 4);
}

}  // namespace

void append_copied_row(std::string_view row, Oid table, std::size_t column_count,
                       std::string& payload) {
  if (row.ends_with('\n')) row.remove_suffix(1);
  const std::size_t start = payload.size();
  // The length of the message, written at the end (payload.h).
  payload.append(4, '\0');
  char head[8] = {'I', 0, 0, 0, 0, 'N', 0, 0};
  write_big_endian(table, head + 1);
  write_big_endian(static_cast<std::uint16_t>(column_count), head + 6);
  payload.append(head, sizeof head);
  std::size_t fields = 0;
  for (bool more = column_count > 0; more; ++fields) {
    const std::size_t tab = row.find('\t');
    append_field(row.substr(0, tab), payload);
    more = tab != std::string_view::npos;
    if (more) row.remove_prefix(tab + 1);
  }
  if (fields != column_count)
    throw MalformedCopyRow("cannot read a copied row: another number of columns");
  const auto size = static_cast<std::uint32_t>(payload.size() - start - 4);
  std::memcpy(payload.data() + start, &size, sizeof size);
}

}  // namespace deltamill
