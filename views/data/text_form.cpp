// Reads values from PostgreSQL's text and prints them: which reader and printer a type has. What
// the stream sends is recognised first, without allocation; the other input forms of a type come
// after.
#include "views/data/text_form.h"

#include <array>
#include <charconv>

#include "views/data/ascii.h"
#include "views/data/byte_text.h"
#include "views/data/character_text.h"
#include "views/data/check.h"
#include "views/data/datetime.h"
#include "views/data/interval.h"
#include "views/data/jsonb.h"
#include "views/data/numeric.h"
#include "views/data/real_text.h"

namespace deltamill {

namespace {

std::optional<Value> parse_boolean(std::string_view text) {
  if (text == "t") return Value::of_boolean(true);
  if (text == "f") return Value::of_boolean(false);
  // parse_bool_with_len(): any unambiguous beginning of the words; "o" is ambiguous.
  const std::string word = in_lower_case(without_blanks(text));
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
  // pg_strtoint64() takes a plus sign, from_chars does not.
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

std::optional<Value> parse_label(const Type& type, std::string_view text) {
  DM_CHECK(type.enumeration != nullptr, "an enum type without its labels");
  if (!type.enumeration->order_of(text)) return std::nullopt;
  return Value::of_bytes(text);
}

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
  // What PostgreSQL printed is canonical already: checked in one pass and not copied.
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

std::optional<Value> parse_text(const Type& type, std::string_view text, Arena& arena,
                                const TimeZones& zones) {
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
    case TypeKind::date: return value_of_integer(parse_date(text, zones));
    case TypeKind::time: return rounded(parse_time(text, zones), type.modifier);
    case TypeKind::timestamp: return rounded(parse_timestamp(text, zones), type.modifier);
    case TypeKind::timestamptz: return rounded(parse_timestamptz(text, zones), type.modifier);
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
