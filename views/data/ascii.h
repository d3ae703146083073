// The characters of ASCII, whatever the locale of the process. Letters of other scripts:
// views/functions/letter_case.h.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace deltamill {

[[nodiscard]] constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
[[nodiscard]] constexpr bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
[[nodiscard]] constexpr bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
[[nodiscard]] constexpr bool is_letter(char c) {
  return is_lower(c) || is_upper(c);
}
// Blank, tab, line feed, vertical tab, form feed, carriage return: what PostgreSQL's input
// functions skip around a value.
[[nodiscard]] constexpr bool is_blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

[[nodiscard]] constexpr char to_lower(char c) {
  return is_upper(c) ? static_cast<char>(c + ('a' - 'A')) : c;
}
[[nodiscard]] constexpr char to_upper(char c) {
  return is_lower(c) ? static_cast<char>(c - ('a' - 'A')) : c;
}
[[nodiscard]] inline std::string in_lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), to_lower);
  return lower;
}
[[nodiscard]] inline std::string in_upper_case(std::string_view text) {
  std::string upper(text);
  std::ranges::transform(upper, upper.begin(), to_upper);
  return upper;
}
[[nodiscard]] constexpr bool equals_ignoring_case(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, {}, to_lower, to_lower);
}

[[nodiscard]] constexpr std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

inline constexpr std::string_view hex_digits = "0123456789abcdef";

// The value of a hexadecimal digit of either case, or -1.
[[nodiscard]] constexpr int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  c = to_lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// Writes two digits per byte, in lower case. REQUIRES: room for 2 * bytes.size().
constexpr char* write_hex(std::string_view bytes, char* target) {
  for (const char byte : bytes) {
    *target++ = hex_digits[static_cast<unsigned char>(byte) >> 4];
    *target++ = hex_digits[static_cast<unsigned char>(byte) & 0xf];
  }
  return target;
}
inline void append_hex(std::string_view bytes, std::string& text) {
  const std::size_t begin = text.size();
  text.resize(begin + 2 * bytes.size());
  write_hex(bytes, text.data() + begin);
}

}  // namespace deltamill
