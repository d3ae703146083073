// Functions of bytea: measuring, cutting, single bytes and bits, and the encodings hex, base64 and
// escape.
#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "views/functions/function.h"
#include "views/functions/letter_case.h"
#include "views/functions/md5.h"
#include "views/functions/result_text.h"
#include "views/functions/utf8.h"

namespace deltamill {
namespace {

using enum TypeKind;

Value byte_count(const Value* arguments, CallContext&) {
  return Value::of_integer(arguments[0].length);
}

Value bit_length(const Value* arguments, CallContext&) {
  return Value::of_integer(std::int64_t{arguments[0].length} * 8);
}

Value bit_count(const Value* arguments, CallContext&) {
  std::int64_t count = 0;
  for (const char byte : arguments[0].text())
    count += std::popcount(static_cast<unsigned char>(byte));
  return Value::of_integer(count);
}

Value concatenate(const Value* arguments, CallContext& context) {
  std::string bytes(arguments[0].text());
  bytes += arguments[1].text();
  return text_result(context, bytes);
}

// --- cutting ---

constexpr std::string_view negative_length = "negative substring length not allowed";

std::string_view window(std::string_view bytes, std::int64_t start, std::int64_t end) {
  const auto size = static_cast<std::int64_t>(bytes.size());
  const std::int64_t first = std::clamp<std::int64_t>(start, 1, size + 1);
  const std::int64_t last = std::clamp<std::int64_t>(end, first, size + 1);
  return bytes.substr(static_cast<std::size_t>(first - 1), static_cast<std::size_t>(last - first));
}

Value substring_from(const Value* arguments, CallContext&) {
  return Value::of_bytes(
      window(arguments[0].text(), arguments[1].integer, std::numeric_limits<std::int64_t>::max()));
}

Value substring_from_for(const Value* arguments, CallContext& context) {
  if (arguments[2].integer < 0) return context.fail(negative_length);
  const std::int64_t start = arguments[1].integer;
  return Value::of_bytes(window(arguments[0].text(), start, start + arguments[2].integer));
}

Value overlay_for(const Value* arguments, CallContext& context) {
  const std::string_view target = arguments[0].text();
  const std::int64_t start = arguments[2].integer;
  const std::int64_t after = start + arguments[3].integer;
  if (start <= 0) return context.fail(negative_length);
  if (after > std::numeric_limits<std::int32_t>::max()) return context.fail("integer out of range");
  std::string bytes(window(target, 1, start));
  bytes += arguments[1].text();
  bytes += window(target, after, std::numeric_limits<std::int64_t>::max());
  return text_result(context, bytes);
}

Value overlay(const Value* arguments, CallContext& context) {
  const Value with_length[4] = {arguments[0], arguments[1], arguments[2],
                                Value::of_integer(arguments[1].length)};
  return overlay_for(with_length, context);
}

template <bool at_start, bool at_end>
Value trim(const Value* arguments, CallContext&) {
  std::string_view bytes = arguments[0].text();
  const std::string_view set = arguments[1].text();
  const auto in_set = [set](char byte) { return set.find(byte) != std::string_view::npos; };
  while (at_start && !bytes.empty() && in_set(bytes.front())) bytes.remove_prefix(1);
  while (at_end && !bytes.empty() && in_set(bytes.back())) bytes.remove_suffix(1);
  return Value::of_bytes(bytes);
}

Value position(const Value* arguments, CallContext&) {
  const std::size_t at = arguments[0].text().find(arguments[1].text());
  return Value::of_integer(at == std::string_view::npos ? 0 : static_cast<std::int64_t>(at) + 1);
}

// --- bytes and bits by index from 0; bit 0 is the lowest of byte 0 ---

Value fail_index(std::int64_t index, std::int64_t count, CallContext& context) {
  return fail_with(context, "index {} out of valid range, 0..{}", index, count - 1);
}

Value get_byte(const Value* arguments, CallContext& context) {
  const std::int64_t index = arguments[1].integer;
  if (index < 0 || index >= arguments[0].length)
    return fail_index(index, arguments[0].length, context);
  return Value::of_integer(
      static_cast<unsigned char>(arguments[0].data[static_cast<std::size_t>(index)]));
}

Value set_byte(const Value* arguments, CallContext& context) {
  const std::int64_t index = arguments[1].integer;
  if (index < 0 || index >= arguments[0].length)
    return fail_index(index, arguments[0].length, context);
  std::string bytes(arguments[0].text());
  bytes[static_cast<std::size_t>(index)] = static_cast<char>(arguments[2].integer);
  return text_result(context, bytes);
}

Value get_bit(const Value* arguments, CallContext& context) {
  const std::int64_t index = arguments[1].integer;
  const std::int64_t count = std::int64_t{arguments[0].length} * 8;
  if (index < 0 || index >= count) return fail_index(index, count, context);
  const auto byte =
      static_cast<unsigned char>(arguments[0].data[static_cast<std::size_t>(index / 8)]);
  return Value::of_integer(byte >> (index % 8) & 1);
}

Value md5(const Value* arguments, CallContext& context) {
  const auto digits = md5_hex(arguments[0].text());
  return text_result(context, {digits.data(), digits.size()});
}

// --- hex ---

constexpr std::string_view hex_digits = "0123456789abcdef";

std::string to_hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += hex_digits[byte >> 4];
    text += hex_digits[byte & 15];
  }
  return text;
}

std::optional<unsigned> hex_digit(char c) {
  if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
  const std::size_t at = hex_digits.find(c);
  if (at == std::string_view::npos) return std::nullopt;
  return static_cast<unsigned>(at);
}

bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

// The character that a message shows.
std::string_view shown(std::string_view text) {
  return text.substr(0, first_character_bytes(text));
}

Value from_hex(std::string_view text, CallContext& context) {
  std::string bytes;
  while (!text.empty()) {
    if (is_blank(text.front())) {
      text.remove_prefix(1);
      continue;
    }
    const auto high = hex_digit(text.front());
    if (!high) return fail_with(context, "invalid hexadecimal digit: \"{}\"", shown(text));
    text.remove_prefix(1);
    if (text.empty()) return context.fail("invalid hexadecimal data: odd number of digits");
    const auto low = hex_digit(text.front());
    if (!low) return fail_with(context, "invalid hexadecimal digit: \"{}\"", shown(text));
    text.remove_prefix(1);
    bytes += static_cast<char>(*high << 4 | *low);
  }
  return text_result(context, bytes);
}

// --- base64 ---

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
    if (is_blank(c)) continue;
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

// --- escape ---

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

// --- encode, decode ---

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

std::vector<Function> bytea_functions() {
  return {
      {"length", {bytea}, int4, byte_count},
      {"octet_length", {bytea}, int4, byte_count},
      {"bit_length", {bytea}, int4, bit_length},
      {"bit_count", {bytea}, int8, bit_count},
      {"||", {bytea, bytea}, bytea, concatenate, FunctionKind::operation},
      {"substr", {bytea, int4}, bytea, substring_from},
      {"substr", {bytea, int4, int4}, bytea, substring_from_for},
      {"substring", {bytea, int4}, bytea, substring_from},
      {"substring", {bytea, int4, int4}, bytea, substring_from_for},
      {"overlay", {bytea, bytea, int4}, bytea, overlay},
      {"overlay", {bytea, bytea, int4, int4}, bytea, overlay_for},
      {"btrim", {bytea, bytea}, bytea, trim<true, true>},
      {"ltrim", {bytea, bytea}, bytea, trim<true, false>},
      {"rtrim", {bytea, bytea}, bytea, trim<false, true>},
      {"position", {bytea, bytea}, int4, position},
      {"get_byte", {bytea, int4}, int4, get_byte},
      {"set_byte", {bytea, int4, int4}, bytea, set_byte},
      {"get_bit", {bytea, int8}, int4, get_bit},
      {"md5", {bytea}, text, md5},
      {"encode", {bytea, text}, text, encode},
      {"decode", {text, text}, bytea, decode},
  };
}

}  // namespace deltamill
