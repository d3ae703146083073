// encode() and decode(): one writer and one reader per encoding (hex, base64, escape), with
// PostgreSQL's line breaks and messages (encode.c).
#include "views/functions/byte_encodings.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "views/data/ascii.h"
#include "views/data/utf8.h"
#include "views/functions/letter_case.h"
#include "views/functions/result_text.h"

namespace deltamill {

namespace {

using enum TypeKind;

// What hex and base64 may have between their digits.
bool is_skipped(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

// The character that a message shows.
std::string_view shown(std::string_view text) {
  return text.substr(0, first_character_bytes(text));
}

std::string to_hex(std::string_view bytes) {
  std::string text;
  append_hex(bytes, text);
  return text;
}

Value from_hex(std::string_view text, CallContext& context) {
  std::string bytes;
  while (!text.empty()) {
    if (is_skipped(text.front())) {
      text.remove_prefix(1);
      continue;
    }
    const int high = hex_digit(text.front());
    if (high < 0) return fail_with(context, "invalid hexadecimal digit: \"{}\"", shown(text));
    text.remove_prefix(1);
    if (text.empty()) return context.fail("invalid hexadecimal data: odd number of digits");
    const int low = hex_digit(text.front());
    if (low < 0) return fail_with(context, "invalid hexadecimal digit: \"{}\"", shown(text));
    text.remove_prefix(1);
    bytes += static_cast<char>(high << 4 | low);
  }
  return text_result(context, bytes);
}

constexpr std::string_view base64_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// Lines of 76 characters, as MIME has them.
std::string to_base64(std::string_view bytes) {
  constexpr std::size_t line_bytes = 57;
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    if (at > 0 && at % line_bytes == 0) text += '\n';
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i)
      group = group << 8 | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    const std::size_t digits = std::min<std::size_t>(bytes.size() - at, 3) + 1;
    for (std::size_t i = 0; i < 4; ++i)
      text += i < digits ? base64_digits[group >> (18 - 6 * i) & 63] : '=';
  }
  if (!bytes.empty() && bytes.size() % line_bytes == 0) text += '\n';
  return text;
}

// PostgreSQL's reader: groups of four digits, one or two '=' only at the end of the last group.
Value from_base64(std::string_view text, CallContext& context) {
  std::string bytes;
  std::uint32_t group = 0;
  int position = 0;
  int end = 0;
  for (; !text.empty(); text.remove_prefix(1)) {
    const char c = text.front();
    if (is_skipped(c)) continue;
    std::uint32_t digit = 0;
    if (c == '=') {
      if (end == 0 && position < 2)
        return context.fail("unexpected \"=\" while decoding base64 sequence");
      if (end == 0) end = position == 2 ? 1 : 2;
    } else {
      const std::size_t at = base64_digits.find(c);
      if (at == std::string_view::npos)
        return fail_with(context, "invalid symbol \"{}\" found while decoding base64 sequence",
                         shown(text));
      digit = static_cast<std::uint32_t>(at);
    }
    group = group << 6 | digit;
    if (++position < 4) continue;
    bytes += static_cast<char>(group >> 16 & 255);
    if (end == 0 || end > 1) bytes += static_cast<char>(group >> 8 & 255);
    if (end == 0 || end > 2) bytes += static_cast<char>(group & 255);
    group = 0;
    position = 0;
  }
  if (position != 0) return context.fail("invalid base64 end sequence");
  return text_result(context, bytes);
}

std::string to_escape(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte == 0 || byte >= 0x80) {
      text += fmt::format("\\{:03o}", byte);
    } else {
      if (c == '\\') text += c;
      text += c;
    }
  }
  return text;
}

bool is_octal_escape(std::string_view text) {
  const auto is_octal = [](char c) { return c >= '0' && c <= '7'; };
  return text.size() >= 4 && text[1] >= '0' && text[1] <= '3' && is_octal(text[2]) &&
         is_octal(text[3]);
}

Value from_escape(std::string_view text, CallContext& context) {
  std::string bytes;
  while (!text.empty()) {
    std::size_t taken = 1;
    if (text.front() != '\\') {
      bytes += text.front();
    } else if (is_octal_escape(text)) {
      bytes += static_cast<char>((text[1] - '0') << 6 | (text[2] - '0') << 3 | (text[3] - '0'));
      taken = 4;
    } else if (text.size() >= 2 && text[1] == '\\') {
      bytes += '\\';
      taken = 2;
    } else {
      return context.fail("invalid input syntax for type bytea");
    }
    text.remove_prefix(taken);
  }
  return text_result(context, bytes);
}

struct Encoding {
  std::string_view name;
  std::string (*encode)(std::string_view bytes);
  Value (*decode)(std::string_view text, CallContext& context);
};

constexpr std::array encodings = std::to_array<Encoding>({
    {"hex", to_hex, from_hex},
    {"base64", to_base64, from_base64},
    {"escape", to_escape, from_escape},
});

const Encoding* find_encoding(std::string_view name, CallContext& context) {
  const std::string_view lower = lower_case(name, context.arena);
  for (const Encoding& encoding : encodings)
    if (encoding.name == lower) return &encoding;
  fail_with(context, "unrecognized encoding: \"{}\"", name);
  return nullptr;
}

Value encode(const Value* arguments, CallContext& context) {
  const Encoding* const encoding = find_encoding(arguments[1].text(), context);
  if (encoding == nullptr) return Value::null();
  return text_result(context, encoding->encode(arguments[0].text()));
}

Value decode(const Value* arguments, CallContext& context) {
  const Encoding* const encoding = find_encoding(arguments[1].text(), context);
  if (encoding == nullptr) return Value::null();
  return encoding->decode(arguments[0].text(), context);
}

}  // namespace

std::vector<Function> byte_encoding_functions() {
  return {
      {"encode", {bytea, text}, text, encode},
      {"decode", {text, text}, bytea, decode},
  };
}

}  // namespace deltamill
