// Prints values as row_to_json prints them as members of an object, and as to_jsonb gives them.
#include "views/data/ascii.h"
#include "views/data/datetime.h"
#include "views/data/jsonb.h"
#include "views/data/text_form.h"

namespace deltamill {

namespace {

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

bool append_jsonb(const Type& type, const Value& value, std::string& text) {
  if (value.is_null() || (!is_real(type.kind) && type.kind != TypeKind::json)) {
    append_json(type, value, text);
    return true;
  }
  std::string json;
  append_json(type, value, json);
  const std::optional<std::string> canonical = canonical_jsonb(json);
  if (canonical) text += *canonical;
  return canonical.has_value();
}

}  // namespace deltamill
