// UTF-8 as PostgreSQL counts it: every character is its lead byte and what follows. Text from the
// source is valid; on anything else these functions stay inside the text and give some answer.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace deltamill {

// Bytes of the character that starts with this byte, as the byte claims.
[[nodiscard]] inline std::size_t character_bytes(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  if (byte < 0xc0) return 1;
  if (byte < 0xe0) return 2;
  return byte < 0xf0 ? 3 : 4;
}

// Bytes of the first character. REQUIRES: not empty.
[[nodiscard]] inline std::size_t first_character_bytes(std::string_view text) {
  return std::min(character_bytes(text.front()), text.size());
}

// Whether the byte is not the first of its character.
[[nodiscard]] constexpr bool continues_character(char byte) {
  return (byte & '\xc0') == '\x80';
}

// Bytes of the well-formed character at the start of the text (Unicode, table 3-7: no overlong
// forms, no surrogates, nothing beyond U+10FFFF), 0 = none.
[[nodiscard]] inline std::size_t well_formed_bytes(std::string_view text) {
  const auto within = [text](std::size_t at, unsigned first, unsigned last) {
    if (at >= text.size()) return false;
    const auto byte = static_cast<unsigned char>(text[at]);
    return byte >= first && byte <= last;
  };
  if (within(0, 0x00, 0x7f)) return 1;
  if (within(0, 0xc2, 0xdf)) return within(1, 0x80, 0xbf) ? 2 : 0;
  if (within(0, 0xe0, 0xef)) {
    const unsigned first = within(0, 0xe0, 0xe0) ? 0xa0 : 0x80;
    const unsigned last = within(0, 0xed, 0xed) ? 0x9f : 0xbf;
    return within(1, first, last) && within(2, 0x80, 0xbf) ? 3 : 0;
  }
  if (!within(0, 0xf0, 0xf4)) return 0;
  const unsigned first = within(0, 0xf0, 0xf0) ? 0x90 : 0x80;
  const unsigned last = within(0, 0xf4, 0xf4) ? 0x8f : 0xbf;
  return within(1, first, last) && within(2, 0x80, 0xbf) && within(3, 0x80, 0xbf) ? 4 : 0;
}

// Whether the text is UTF-8, for what does not come from the source.
[[nodiscard]] inline bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t bytes = well_formed_bytes(text);
    if (bytes == 0) return false;
    text.remove_prefix(bytes);
  }
  return true;
}

[[nodiscard]] inline std::size_t count_characters(std::string_view text) {
  std::size_t count = 0;
  for (const char byte : text) count += continues_character(byte) ? 0 : 1;
  return count;
}

// The longest beginning of whole characters within so many bytes.
[[nodiscard]] inline std::string_view cut_to_bytes(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  while (bytes_max > 0 && continues_character(text[bytes_max])) --bytes_max;
  return text.substr(0, bytes_max);
}

// Bytes of the first `characters` characters, or of the whole text if it has fewer.
[[nodiscard]] inline std::size_t bytes_of_characters(std::string_view text,
                                                     std::size_t characters) {
  std::size_t offset = 0;
  for (; characters > 0 && offset < text.size(); --characters)
    offset += character_bytes(text[offset]);
  return std::min(offset, text.size());
}

// The code point of the first character. REQUIRES: not empty.
[[nodiscard]] inline char32_t first_code_point(std::string_view text) {
  const std::size_t bytes = first_character_bytes(text);
  const auto lead = static_cast<unsigned char>(text.front());
  if (bytes == 1) return lead;
  char32_t code_point = lead & (0xffU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i)
    code_point = code_point << 6 | (static_cast<unsigned char>(text[i]) & 0x3fU);
  return code_point;
}

// Appends a code point below 0x110000.
inline void append_code_point(char32_t code_point, std::string& text) {
  const auto append = [&text](char32_t byte) { text += static_cast<char>(byte); };
  if (code_point < 0x80) return append(code_point);
  if (code_point < 0x800) {
    append(0xc0 | code_point >> 6);
  } else {
    if (code_point < 0x10000) {
      append(0xe0 | code_point >> 12);
    } else {
      append(0xf0 | code_point >> 18);
      append(0x80 | (code_point >> 12 & 0x3f));
    }
    append(0x80 | (code_point >> 6 & 0x3f));
  }
  append(0x80 | (code_point & 0x3f));
}

}  // namespace deltamill
