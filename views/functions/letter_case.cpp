// Maps letters to lower and upper case: ASCII by hand, everything else by ICU's tables of simple
// mappings, one character to one, which depend on no locale.
#include "views/functions/letter_case.h"

#include <unicode/uchar.h>

#include <string>

#include "views/data/utf8.h"

namespace deltamill {

namespace {

char32_t lower(char32_t character) {
  return static_cast<char32_t>(u_tolower(static_cast<UChar32>(character)));
}

char32_t upper(char32_t character) {
  return static_cast<char32_t>(u_toupper(static_cast<UChar32>(character)));
}

// What the C library calls alphanumeric in a UTF-8 locale.
bool is_word_part(char32_t character) {
  const auto code_point = static_cast<UChar32>(character);
  return u_isUAlphabetic(code_point) != 0 || u_isdigit(code_point) != 0;
}

bool is_ascii(std::string_view text) {
  unsigned char bits = 0;
  for (const char byte : text) bits |= static_cast<unsigned char>(byte);
  return bits < 0x80;
}

// Maps the bytes first..first+25 by flipping the case bit.
std::string_view map_ascii(std::string_view text, char first, Arena& arena) {
  auto* const target = reinterpret_cast<char*>(arena.allocate(text.size()));
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool flip = text[i] >= first && text[i] < first + 26;
    target[i] = static_cast<char>(text[i] ^ (flip ? 0x20 : 0));
  }
  return {target, text.size()};
}

template <typename Mapping>
std::string_view map_characters(std::string_view text, Arena& arena, Mapping mapping) {
  std::string mapped;
  mapped.reserve(text.size() + 8);
  while (!text.empty()) {
    append_code_point(mapping(first_code_point(text)), mapped);
    text.remove_prefix(first_character_bytes(text));
  }
  return arena.copy(mapped);
}

}  // namespace

std::string_view lower_case(std::string_view text, Arena& arena) {
  if (is_ascii(text)) return map_ascii(text, 'A', arena);
  return map_characters(text, arena, lower);
}

std::string_view upper_case(std::string_view text, Arena& arena) {
  if (is_ascii(text)) return map_ascii(text, 'a', arena);
  return map_characters(text, arena, upper);
}

std::string_view initial_case(std::string_view text, Arena& arena) {
  bool in_word = false;
  return map_characters(text, arena, [&in_word](char32_t character) {
    const char32_t mapped = in_word ? lower(character) : upper(character);
    in_word = is_word_part(mapped);
    return mapped;
  });
}

}  // namespace deltamill
