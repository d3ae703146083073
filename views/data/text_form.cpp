// Values from and to PostgreSQL's text, one small reader and printer per family. What the stream
// sends is recognised first, without allocation; the other input forms of a type come after.
#include "views/data/text_form.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "views/data/check.h"
#include "views/data/datetime.h"
#include "views/data/interval.h"
#include "views/data/jsonb.h"
#include "views/data/numeric.h"
#include "views/data/real_text.h"

namespace deltamill {

namespace {

constexpr std::size_t name_bytes_max = 63;
constexpr std::size_t uuid_bytes = 16;
constexpr std::string_view hex_digits = "0123456789abcdef";

bool is_blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// ---- boolean, integers
// -------------------------------------------------------------------------------------------

std::optional<Value> parse_boolean(std::string_view text) {
  if (text == "t") return Value::of_boolean(true);
  if (text == "f") return Value::of_boolean(false);
  std::string word;
  for (const char c : without_blanks(text))
    word += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  const auto abbreviates = [&](std::string_view full, std::size_t letters_min) {
    return word.size() >= letters_min && full.substr(0, word.size()) == word;
  };
  if (abbreviates("true", 1) || abbreviates("yes", 1) || abbreviates("on", 2) || word == "1")
    return Value::of_boolean(true);
  if (abbreviates("false", 1) || abbreviates("no", 1) || abbreviates("off", 2) || word == "0")
    return Value::of_boolean(false);
  return std::nullopt;
}

template <typename Integer>
std::optional<Value> parse_integer(std::string_view text) {
  text = without_blanks(text);
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  Integer integer = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), integer);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return Value::of_integer(integer);
}

template <typename Real>
std::optional<Value> value_of(std::optional<Real> real) {
  if (!real) return std::nullopt;
  return Value::of_real(double{*real});
}

// ---- text kinds
// --------------------------------------------------------------------------------------------------

bool continues_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U;
}

std::size_t character_count(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !continues_character(c); }));
}

// Bytes of the first `characters` characters.
std::size_t prefix_bytes(std::string_view text, std::size_t characters) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    if (continues_character(text[at])) continue;
    if (characters-- == 0) break;
  }
  return at;
}

// Cuts blanks beyond `characters`; nothing = something else stands there.
std::optional<std::string_view> fit_characters(std::string_view text, std::size_t characters) {
  const std::size_t kept = prefix_bytes(text, characters);
  if (text.find_first_not_of(' ', kept) != std::string_view::npos) return std::nullopt;
  return text.substr(0, kept);
}

std::optional<Value> parse_varchar(std::string_view text, std::int32_t modifier) {
  if (modifier < 4 || text.size() <= static_cast<std::size_t>(modifier - 4))
    return Value::of_bytes(text);
  const auto fitted = fit_characters(text, static_cast<std::size_t>(modifier - 4));
  if (!fitted) return std::nullopt;
  return Value::of_bytes(*fitted);
}

std::optional<Value> parse_bpchar(std::string_view text, std::int32_t modifier, Arena& arena) {
  if (modifier < 4) return Value::of_bytes(text);
  const auto characters = static_cast<std::size_t>(modifier - 4);
  const std::size_t count = character_count(text);
  if (count == characters) return Value::of_bytes(text);
  if (count > characters) {
    const auto fitted = fit_characters(text, characters);
    if (!fitted) return std::nullopt;
    return Value::of_bytes(*fitted);
  }
  const std::size_t size = text.size() + (characters - count);
  auto* const padded = reinterpret_cast<char*>(arena.allocate(size));
  std::copy(text.begin(), text.end(), padded);
  std::fill(padded + text.size(), padded + size, ' ');
  return Value::of_bytes({padded, size});
}

Value parse_name(std::string_view text) {
  if (text.size() <= name_bytes_max) return Value::of_bytes(text);
  std::size_t size = name_bytes_max;
  while (size > 0 && continues_character(text[size])) --size;
  return Value::of_bytes(text.substr(0, size));
}

std::optional<Value> parse_label(const Type& type, std::string_view text) {
  DM_CHECK(type.enumeration != nullptr, "an enum type without its labels");
  if (!type.enumeration->order_of(text)) return std::nullopt;
  return Value::of_bytes(text);
}

// ---- uuid, bytea
// -------------------------------------------------------------------------------------------------

// 32 digits, a hyphen allowed after each group of four, braces around allowed.
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
    const bool group_ends = byte % 2 == 1 && byte + 1 < uuid_bytes;
    if (group_ends && at < text.size() && text[at] == '-') ++at;
  }
  if (at != text.size()) return std::nullopt;
  return Value::of_bytes({bytes, uuid_bytes});
}

void append_uuid(std::string_view bytes, std::string& text) {
  for (std::size_t byte = 0; byte < uuid_bytes; ++byte) {
    if (byte == 4 || byte == 6 || byte == 8 || byte == 10) text += '-';
    text += hex_digits[static_cast<unsigned char>(bytes[byte]) >> 4];
    text += hex_digits[static_cast<unsigned char>(bytes[byte]) & 0xf];
  }
}

std::optional<Value> parse_hex(std::string_view digits, Arena& arena) {
  auto* const bytes = reinterpret_cast<char*>(arena.allocate(digits.size() / 2 + 1));
  std::size_t size = 0;
  for (std::size_t at = 0; at < digits.size();) {
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

// The escape format: \\ and \ooo, all else literal.
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

std::optional<Value> parse_bytea(std::string_view text, Arena& arena) {
  if (text.substr(0, 2) == "\\x") return parse_hex(text.substr(2), arena);
  return parse_escaped_bytes(text, arena);
}

void append_bytea(std::string_view bytes, std::string& text) {
  const std::size_t begin = text.size();
  text.resize(begin + 2 + 2 * bytes.size());
  char* target = text.data() + begin;
  *target++ = '\\';
  *target++ = 'x';
  for (const char byte : bytes) {
    *target++ = hex_digits[static_cast<unsigned char>(byte) >> 4];
    *target++ = hex_digits[static_cast<unsigned char>(byte) & 0xf];
  }
}

// ---- dates and times, JSON
// ---------------------------------------------------------------------------------------

std::optional<Value> value_of_integer(std::optional<std::int64_t> integer) {
  if (!integer) return std::nullopt;
  return Value::of_integer(*integer);
}

std::optional<Value> rounded(std::optional<std::int64_t> microseconds, std::int32_t modifier) {
  if (!microseconds) return std::nullopt;
  const std::int64_t value = round_fraction(*microseconds, modifier);
  if (timestamp_is_finite(value) && !timestamp_in_range(value)) return std::nullopt;
  return Value::of_integer(value);
}

std::optional<Value> parse_interval_value(std::string_view text, std::int32_t modifier,
                                          Arena& arena) {
  const std::optional<Interval> interval = parse_interval(text, modifier);
  if (!interval) return std::nullopt;
  return interval->to_value(arena);
}

std::optional<Value> parse_json(std::string_view text) {
  if (!is_json(text)) return std::nullopt;
  return Value::of_bytes(text);
}

std::optional<Value> parse_jsonb(std::string_view text, Arena& arena) {
  if (is_canonical_jsonb(text)) return Value::of_bytes(text);
  const std::optional<std::string> canonical = canonical_jsonb(text);
  if (!canonical) return std::nullopt;
  return Value::of_bytes(arena.copy(*canonical));
}

void append_integer(std::int64_t integer, std::string& text) {
  std::array<char, 24> digits;
  const char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), integer).ptr;
  text.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

}  // namespace

std::optional<Value> parse_text(const Type& type, std::string_view text, Arena& arena) {
  switch (type.kind) {
    case TypeKind::boolean: return parse_boolean(text);
    case TypeKind::int2: return parse_integer<std::int16_t>(text);
    case TypeKind::int4: return parse_integer<std::int32_t>(text);
    case TypeKind::int8: return parse_integer<std::int64_t>(text);
    case TypeKind::float4: return value_of(parse_float4(text));
    case TypeKind::float8: return value_of(parse_float8(text));
    case TypeKind::numeric: return parse_numeric(text, type.modifier, arena);
    case TypeKind::unknown:
    case TypeKind::text: return Value::of_bytes(text);
    case TypeKind::varchar: return parse_varchar(text, type.modifier);
    case TypeKind::bpchar: return parse_bpchar(text, type.modifier, arena);
    case TypeKind::name: return parse_name(text);
    case TypeKind::date: return value_of_integer(parse_date(text));
    case TypeKind::time: return rounded(parse_time(text), type.modifier);
    case TypeKind::timestamp: return rounded(parse_timestamp(text), type.modifier);
    case TypeKind::timestamptz: return rounded(parse_timestamptz(text), type.modifier);
    case TypeKind::interval: return parse_interval_value(text, type.modifier, arena);
    case TypeKind::uuid: return parse_uuid(text, arena);
    case TypeKind::bytea: return parse_bytea(text, arena);
    case TypeKind::enumeration: return parse_label(type, text);
    case TypeKind::json: return parse_json(text);
    case TypeKind::jsonb: return parse_jsonb(text, arena);
    case TypeKind::unsupported: break;
  }
  DM_CHECK(false, "text of an unsupported type is read");
  return std::nullopt;
}

void append_text(const Type& type, const Value& value, std::string& text) {
  switch (type.kind) {
    case TypeKind::boolean: text += value.boolean() ? 't' : 'f'; return;
    case TypeKind::int2:
    case TypeKind::int4:
    case TypeKind::int8: append_integer(value.integer, text); return;
    case TypeKind::float4: append_float4(static_cast<float>(value.real), text); return;
    case TypeKind::float8: append_float8(value.real, text); return;
    case TypeKind::numeric: append_numeric(value, text); return;
    case TypeKind::date: append_date(value.integer, text); return;
    case TypeKind::time: append_time(value.integer, text); return;
    case TypeKind::timestamp:
      append_timestamp(value.integer, TimestampStyle::sql, TimeZone::none, text);
      return;
    case TypeKind::timestamptz:
      append_timestamp(value.integer, TimestampStyle::sql, TimeZone::utc, text);
      return;
    case TypeKind::interval: append_interval(Interval::of_value(value), text); return;
    case TypeKind::uuid: append_uuid(value.text(), text); return;
    case TypeKind::bytea: append_bytea(value.text(), text); return;
    case TypeKind::unknown:
    case TypeKind::text:
    case TypeKind::varchar:
    case TypeKind::bpchar:
    case TypeKind::name:
    case TypeKind::enumeration:
    case TypeKind::json:
    case TypeKind::jsonb: text += value.text(); return;
    case TypeKind::unsupported: break;
  }
  DM_CHECK(false, "a value of an unsupported type is printed");
}

}  // namespace deltamill
