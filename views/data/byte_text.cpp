// Reads and prints uuid and bytea: digits to bytes and back.
#include "views/data/byte_text.h"

#include "views/data/ascii.h"

namespace deltamill {

namespace {

constexpr std::size_t uuid_bytes = 16;

std::optional<Value> parse_hex(std::string_view digits, Arena& arena) {
  auto* const bytes = reinterpret_cast<char*>(arena.allocate(digits.size() / 2 + 1));
  std::size_t size = 0;
  for (std::size_t at = 0; at < digits.size();) {
    // hex_decode() skips blanks between bytes, but not within one.
    if (is_blank(digits[at])) {
      ++at;
      continue;
    }
    const int high = hex_digit(digits[at]);
    const int low = at + 1 < digits.size() ? hex_digit(digits[at + 1]) : -1;
    if (high < 0 || low < 0) return std::nullopt;
    bytes[size++] = static_cast<char>(high * 16 + low);
    at += 2;
  }
  return Value::of_bytes({bytes, size});
}

std::optional<Value> parse_escaped_bytes(std::string_view text, Arena& arena) {
  auto* const bytes = reinterpret_cast<char*>(arena.allocate(text.size() + 1));
  std::size_t size = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\\') {
      bytes[size++] = text[at];
      continue;
    }
    if (at + 1 < text.size() && text[at + 1] == '\\') {
      bytes[size++] = '\\';
      ++at;
      continue;
    }
    const std::string_view octal = text.substr(at + 1, 3);
    if (octal.size() != 3 || octal[0] > '3' ||
        octal.find_first_not_of("01234567") != std::string_view::npos)
      return std::nullopt;
    bytes[size++] =
        static_cast<char>((octal[0] - '0') * 64 + (octal[1] - '0') * 8 + octal[2] - '0');
    at += 3;
  }
  return Value::of_bytes({bytes, size});
}

}  // namespace

std::optional<Value> parse_uuid(std::string_view text, Arena& arena) {
  if (text.size() > 1 && text.front() == '{' && text.back() == '}')
    text = text.substr(1, text.size() - 2);
  auto* const bytes = reinterpret_cast<char*>(arena.allocate(uuid_bytes));
  std::size_t at = 0;
  for (std::size_t byte = 0; byte < uuid_bytes; ++byte) {
    if (at + 2 > text.size()) return std::nullopt;
    const int high = hex_digit(text[at]);
    const int low = hex_digit(text[at + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes[byte] = static_cast<char>(high * 16 + low);
    at += 2;
    // uuid_in takes a hyphen after any group of four digits, in braces or not.
    const bool group_ends = byte % 2 == 1 && byte + 1 < uuid_bytes;
    if (group_ends && at < text.size() && text[at] == '-') ++at;
  }
  if (at != text.size()) return std::nullopt;
  return Value::of_bytes({bytes, uuid_bytes});
}

void append_uuid(std::string_view bytes, std::string& text) {
  std::size_t begin = 0;
  for (const std::size_t size : {4, 2, 2, 2, 6}) {
    if (begin != 0) text += '-';
    append_hex(bytes.substr(begin, size), text);
    begin += size;
  }
}

std::optional<Value> parse_bytea(std::string_view text, Arena& arena) {
  if (text.substr(0, 2) == "\\x") return parse_hex(text.substr(2), arena);
  return parse_escaped_bytes(text, arena);
}

void append_bytea(std::string_view bytes, std::string& text) {
  text += "\\x";
  append_hex(bytes, text);
}

}  // namespace deltamill
