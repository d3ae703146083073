// Values as row_to_json prints them as members of an object.
#include <array>

#include "views/data/ascii.h"
#include "views/data/datetime.h"
#include "views/data/text_form.h"

namespace deltamill {

namespace {

constexpr std::array<bool, 256> make_escaped_bytes() {
  std::array<bool, 256> escaped{};
  for (std::size_t byte = 0; byte < 0x20; ++byte) escaped[byte] = true;
  escaped['"'] = true;
  escaped['\\'] = true;
  return escaped;
}
constexpr std::array<bool, 256> escaped_bytes = make_escaped_bytes();

void append_escape(char byte, std::string& text) {
  switch (byte) {
    case '"': text += "\\\""; return;
    case '\\': text += "\\\\"; return;
    case '\b': text += "\\b"; return;
    case '\f': text += "\\f"; return;
    case '\n': text += "\\n"; return;
    case '\r': text += "\\r"; return;
    case '\t': text += "\\t"; return;
    default: break;
  }
  text += "\\u00";
  append_hex({&byte, 1}, text);
}

// NaN and the infinities are the only texts of a number type that are not JSON numbers.
void append_number(const Type& type, const Value& value, std::string& text) {
  const std::size_t begin = text.size();
  append_text(type, value, text);
  const char last = text.back();
  if (is_digit(last)) return;
  text.insert(begin, 1, '"');
  text += '"';
}

void append_quoted_text(const Type& type, const Value& value, std::string& text) {
  text += '"';
  append_text(type, value, text);
  text += '"';
}

}  // namespace

void append_json_string(std::string_view utf8, std::string& text) {
  text += '"';
  std::size_t begin = 0;
  for (std::size_t at = 0; at < utf8.size(); ++at) {
    if (!escaped_bytes[static_cast<unsigned char>(utf8[at])]) continue;
    text.append(utf8, begin, at - begin);
    append_escape(utf8[at], text);
    begin = at + 1;
  }
  text.append(utf8, begin, utf8.size() - begin);
  text += '"';
}

void append_json(const Type& type, const Value& value, std::string& text) {
  if (value.is_null()) {
    text += "null";
    return;
  }
  switch (type.kind) {
    case TypeKind::boolean: text += value.boolean() ? "true" : "false"; return;
    case TypeKind::int2:
    case TypeKind::int4:
    case TypeKind::int8: append_text(type, value, text); return;
    case TypeKind::float4:
    case TypeKind::float8:
    case TypeKind::numeric: append_number(type, value, text); return;
    case TypeKind::json:
    case TypeKind::jsonb: text += value.text(); return;
    case TypeKind::timestamp:
    case TypeKind::timestamptz:
      text += '"';
      append_timestamp(value.integer, TimestampStyle::json,
                       type.kind == TypeKind::timestamptz ? TimeZone::utc : TimeZone::none, text);
      text += '"';
      return;
    case TypeKind::date:
    case TypeKind::time:
    case TypeKind::interval:
    case TypeKind::uuid: append_quoted_text(type, value, text); return;
    case TypeKind::bytea:
      text += "\"\\";
      append_text(type, value, text);
      text += '"';
      return;
    default: append_json_string(value.text(), text); return;
  }
}

}  // namespace deltamill
