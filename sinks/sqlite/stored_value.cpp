// Binds values of rows to statements and prints stored ones: one switch per question about a stored
// type. The stored form is the JSON form, so that reading, which happens far more often than
// writing, copies bytes.
#include "sinks/sqlite/stored_value.h"

#include <sqlite3.h>

#include <algorithm>
#include <cmath>

#include "views/data/ascii.h"
#include "views/data/character_text.h"
#include "views/data/text_form.h"

namespace deltamill {

namespace {

// SQLite's storage class of a value that is not NULL.
enum class StorageClass : std::uint8_t { integer, real, text, blob };

StorageClass storage_class(TypeKind kind, const Value& value) {
  switch (kind) {
    case TypeKind::boolean:
    case TypeKind::int2:
    case TypeKind::int4:
    case TypeKind::int8: return StorageClass::integer;
    case TypeKind::float4:
    case TypeKind::float8:
      // SQLite has no NaN: it would store NULL.
      return std::isnan(value.real) ? StorageClass::text : StorageClass::real;
    case TypeKind::bytea: return StorageClass::blob;
    default: return StorageClass::text;
  }
}

// The stored TEXT: the value's own bytes where it holds them, else made in `buffer`.
std::string_view stored_text(const Type& type, const Value& value, std::string& buffer) {
  switch (type.kind) {
    case TypeKind::text:
    case TypeKind::varchar:
    case TypeKind::bpchar:
    case TypeKind::name:
    case TypeKind::enumeration:
    case TypeKind::json:
    case TypeKind::jsonb: return value.text();
    case TypeKind::float4:
    case TypeKind::float8: return "NaN";
    default: break;
  }
  buffer.clear();
  if (type.kind != TypeKind::timestamp && type.kind != TypeKind::timestamptz) {
    append_text(type, value, buffer);
    return buffer;
  }
  // The JSON form without its quotes: with T between date and time.
  append_json(type, value, buffer);
  return std::string_view(buffer).substr(1, buffer.size() - 2);
}

void bind_value(Statement& statement, int parameter, const Type& type, const Value& value,
                std::string& buffer) {
  if (value.is_null()) {
    statement.bind_null(parameter);
    return;
  }
  switch (storage_class(type.kind, value)) {
    case StorageClass::integer: statement.bind(parameter, value.integer); return;
    case StorageClass::real: statement.bind(parameter, value.real); return;
    case StorageClass::blob: statement.bind_blob(parameter, value.text()); return;
    case StorageClass::text: statement.bind(parameter, stored_text(type, value, buffer)); return;
  }
}

// The text of a number that JSON prints bare; NaN and the infinities are strings there.
bool bare_number(std::string_view text) {
  return !text.empty() && is_digit(text.back());
}

// "2024-05-01T10:00:00.5+00:00" as "2024-05-01 10:00:00.5+00".
void append_timestamp_text(std::string_view json, std::string& text) {
  const std::size_t mark = json.find('T');
  if (mark == std::string_view::npos) {  // infinity
    text += json;
    return;
  }
  text += json.substr(0, mark);
  text += ' ';
  const std::string_view rest = json.substr(mark + 1);
  const std::size_t zone = rest.find('+');
  if (zone == std::string_view::npos) {
    text += rest;
    return;
  }
  text += rest.substr(0, zone + 3);
  text += rest.substr(std::min(zone + 6, rest.size()));  // the era, if any
}

void append_real(const Type& type, const Statement& row, int column, bool json, std::string& text) {
  if (row.column_type(column) == SQLITE_TEXT) {  // NaN
    if (json) text += '"';
    text += row.text(column);
    if (json) text += '"';
    return;
  }
  const Value value = Value::of_real(row.real(column));
  if (json)
    append_json(type, value, text);
  else
    append_text(type, value, text);
}

}  // namespace

RowBinder::RowBinder(const Columns& columns)
    : columns_(columns), layout_(columns), texts_(columns.size()) {}

void RowBinder::bind(Statement& statement, RowBytes row, std::span<const std::uint32_t> columns) {
  for (const std::uint32_t column : columns)
    bind_value(statement, static_cast<int>(column) + 1, columns_[column].type,
               row_value(layout_, row, column), texts_[column]);
}

SqlValue stored_value(const Type& type, const Value& value) {
  if (value.is_null()) return {};
  switch (storage_class(type.kind, value)) {
    case StorageClass::integer: return value.integer;
    case StorageClass::real: return value.real;
    case StorageClass::blob: return Blob{std::string(value.text())};
    case StorageClass::text: break;
  }
  std::string buffer;
  return std::string(stored_text(type, value, buffer));
}

void append_stored_json(const Type& type, const Statement& row, int column, std::string& json) {
  if (row.is_null(column)) {
    json += "null";
    return;
  }
  switch (type.kind) {
    case TypeKind::boolean: json += row.integer(column) != 0 ? "true" : "false"; return;
    case TypeKind::int2:
    case TypeKind::int4:
    case TypeKind::int8: append_json(type, Value::of_integer(row.integer(column)), json); return;
    case TypeKind::float4:
    case TypeKind::float8: append_real(type, row, column, true, json); return;
    case TypeKind::json:
    case TypeKind::jsonb: json += row.text(column); return;
    case TypeKind::bytea:
      json += "\"\\\\x";
      append_hex(row.blob(column), json);
      json += '"';
      return;
    case TypeKind::numeric:
      if (bare_number(row.text(column))) {
        json += row.text(column);
        return;
      }
      break;
    default: break;
  }
  append_json_string(row.text(column), json);
}

void append_stored_text(const Type& type, TextUse use, const Statement& row, int column,
                        std::string& text) {
  const bool copy = use == TextUse::copy;
  switch (type.kind) {
    case TypeKind::boolean: {
      const bool value = row.integer(column) != 0;
      if (copy)
        text += value ? "t" : "f";
      else
        text += value ? "true" : "false";
      return;
    }
    case TypeKind::int2:
    case TypeKind::int4:
    case TypeKind::int8: append_text(type, Value::of_integer(row.integer(column)), text); return;
    case TypeKind::float4:
    case TypeKind::float8: append_real(type, row, column, false, text); return;
    case TypeKind::timestamp:
    case TypeKind::timestamptz: append_timestamp_text(row.text(column), text); return;
    case TypeKind::bytea:
      text += "\\x";
      append_hex(row.blob(column), text);
      return;
    case TypeKind::bpchar:
      text += copy ? row.text(column) : without_padding(row.text(column));
      return;
    default: text += row.text(column);
  }
}

}  // namespace deltamill
