// One switch per question about a stored type.
#include "service/http/store_form.h"

#include <sqlite3.h>

#include <charconv>
#include <cmath>
#include <utility>

#include "views/data/check.h"
#include "views/data/text_form.h"

namespace deltamill {
namespace {

enum class Comparing : std::uint8_t { direct, key, without_trailing_blanks, label_order };

// The argument of deltamill_key for a type.
const char* key_kind(TypeKind kind) {
  switch (kind) {
    case TypeKind::numeric: return "numeric";
    case TypeKind::date: return "date";
    case TypeKind::timestamp: return "timestamp";
    case TypeKind::timestamptz: return "timestamptz";
    case TypeKind::interval: return "interval";
    default: DM_CHECK(false, "the type compares as it is stored"); return "";
  }
}

// numeric(p, s) has one text per value, which lets an index on the column answer.
bool fixed_scale(const Type& type) {
  return type.kind == TypeKind::numeric && type.modifier >= 0;
}

Comparing comparing(const Type& type, Aspect aspect) {
  if (aspect == Aspect::stored) return Comparing::direct;
  const bool order = aspect == Aspect::order;
  switch (type.kind) {
    case TypeKind::numeric: return order || !fixed_scale(type) ? Comparing::key : Comparing::direct;
    case TypeKind::date:
    case TypeKind::timestamp:
    case TypeKind::timestamptz: return order ? Comparing::key : Comparing::direct;
    case TypeKind::interval: return Comparing::key;
    case TypeKind::bpchar:
      return order || type.modifier < 0 ? Comparing::without_trailing_blanks : Comparing::direct;
    case TypeKind::enumeration: return order ? Comparing::label_order : Comparing::direct;
    default: return Comparing::direct;
  }
}

std::string unquoted_json(const Type& type, const Value& value) {
  std::string json;
  append_json(type, value, json);
  DM_CHECK(json.size() >= 2 && json.front() == '"', "times print as JSON strings");
  return json.substr(1, json.size() - 2);
}

// A value in the form in which the store keeps it.
SqlValue stored_value(const Type& type, const Value& value) {
  switch (type.kind) {
    case TypeKind::boolean:
    case TypeKind::int2:
    case TypeKind::int4:
    case TypeKind::int8: return value.integer;
    case TypeKind::float4:
    case TypeKind::float8:
      if (std::isnan(value.real)) return std::string("NaN");
      return value.real;
    case TypeKind::bytea: return Blob{std::string(value.text())};
    case TypeKind::timestamp:
    case TypeKind::timestamptz: return unquoted_json(type, value);
    default: break;
  }
  std::string text;
  append_text(type, value, text);
  return text;
}

void trim_trailing_blanks(std::string& text) {
  while (!text.empty() && text.back() == ' ') text.pop_back();
}

Type without_modifier(const Type& type) {
  Type literal = type;
  literal.modifier = -1;
  return literal;
}

// The text that a numeric(p, s) column stores for a value; a value of more digits keeps its own,
// which equals no stored one.
SqlValue fixed_scale_operand(const Type& type, const Value& value, std::string_view text,
                             Arena& arena) {
  const Type literal = without_modifier(type);
  const std::optional<Value> fitted = parse_text(type, text, arena);
  const bool fits = fitted && compare_values(literal, *fitted, value) == 0;
  return stored_value(literal, fits ? *fitted : value);
}

// char(n) stores padded text; what is longer equals no stored one.
SqlValue padded_operand(const Type& type, std::string_view text, Arena& arena) {
  if (const std::optional<Value> padded = parse_text(type, text, arena))
    return std::string(padded->text());
  std::string longer(text);
  trim_trailing_blanks(longer);
  return longer;
}

SqlValue direct_operand(const Type& type, const Value& value, std::string_view text, Arena& arena) {
  if (fixed_scale(type)) return fixed_scale_operand(type, value, text, arena);
  if (type.kind == TypeKind::bpchar && type.modifier >= 0) return padded_operand(type, text, arena);
  return stored_value(without_modifier(type), value);
}

// The text of a number that JSON prints bare; NaN and the infinities are strings there.
bool bare_number(std::string_view text) {
  return !text.empty() && text.back() >= '0' && text.back() <= '9';
}

void append_hex(std::string_view bytes, std::string& text) {
  static constexpr char digits[] = "0123456789abcdef";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
}

void append_integer(std::int64_t integer, std::string& text) {
  char digits[24];
  text.append(digits, std::to_chars(digits, digits + sizeof digits, integer).ptr);
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

BoundSql& BoundSql::identifier(std::string_view name) {
  text += '"';
  for (const char c : name) {
    if (c == '"') text += '"';
    text += c;
  }
  text += '"';
  return *this;
}

BoundSql& BoundSql::parameter(SqlValue value) {
  text += '?';
  parameters.push_back(std::move(value));
  return *this;
}

void bind_all(Statement& statement, const std::vector<SqlValue>& parameters) {
  int ordinal = 0;
  for (const SqlValue& parameter : parameters) {
    ++ordinal;
    if (const auto* integer = std::get_if<std::int64_t>(&parameter))
      statement.bind(ordinal, *integer);
    else if (const auto* real = std::get_if<double>(&parameter))
      statement.bind(ordinal, *real);
    else if (const auto* text = std::get_if<std::string>(&parameter))
      statement.bind(ordinal, std::string_view(*text));
    else if (const auto* blob = std::get_if<Blob>(&parameter))
      statement.bind_blob(ordinal, blob->bytes);
    else
      statement.bind_null(ordinal);
  }
}

bool comparable(const Type& type) {
  return type.kind != TypeKind::json && type.kind != TypeKind::jsonb &&
         type.kind != TypeKind::unsupported && type.kind != TypeKind::unknown;
}

bool several_forms(const Type& type) {
  switch (type.kind) {
    case TypeKind::numeric: return !fixed_scale(type);
    case TypeKind::bpchar: return type.modifier < 0;
    case TypeKind::interval:
    case TypeKind::json:
    case TypeKind::jsonb: return true;
    default: return false;
  }
}

bool textual(const Type& type) {
  return type.kind == TypeKind::text || type.kind == TypeKind::varchar ||
         type.kind == TypeKind::bpchar || type.kind == TypeKind::name;
}

void append_column(const Column& column, Aspect aspect, BoundSql& sql) {
  DM_CHECK(aspect == Aspect::stored || comparable(column.type), "json is not compared");
  switch (comparing(column.type, aspect)) {
    case Comparing::direct: sql.identifier(column.name); return;
    case Comparing::key:
      ((sql += "deltamill_key('") += key_kind(column.type.kind)) += "',";
      sql.identifier(column.name) += ")";
      return;
    case Comparing::without_trailing_blanks:
      (sql += "rtrim(").identifier(column.name) += ",' ')";
      return;
    case Comparing::label_order: break;
  }
  (sql += "CASE ").identifier(column.name);
  std::int64_t position = 0;
  for (const std::string& label : column.type.enumeration->labels) {
    (sql += " WHEN ").parameter(label);
    (sql += " THEN ").parameter(position++);
  }
  sql += " END";
}

void append_operand(const Column& column, Aspect aspect, const SqlValue& value, BoundSql& sql) {
  if (comparing(column.type, aspect) != Comparing::key) {
    sql.parameter(value);
    return;
  }
  ((sql += "deltamill_key('") += key_kind(column.type.kind)) += "',";
  sql.parameter(value) += ")";
}

std::optional<SqlValue> read_operand(const Type& type, Aspect aspect, std::string_view text) {
  Arena arena;
  const Type literal = without_modifier(type);
  const std::optional<Value> value = parse_text(literal, text, arena);
  if (!value) return std::nullopt;
  if (aspect == Aspect::stored) return stored_value(literal, *value);
  switch (comparing(type, aspect)) {
    case Comparing::direct: return direct_operand(type, *value, text, arena);
    case Comparing::key: return stored_value(literal, *value);
    case Comparing::without_trailing_blanks: {
      std::string trimmed(value->text());
      trim_trailing_blanks(trimmed);
      return trimmed;
    }
    case Comparing::label_order: break;
  }
  const std::optional<std::size_t> position = type.enumeration->order_of(value->text());
  if (!position) return std::nullopt;
  return static_cast<std::int64_t>(*position);
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
    case TypeKind::int8: append_integer(row.integer(column), json); return;
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
    case TypeKind::int8: append_integer(row.integer(column), text); return;
    case TypeKind::float4:
    case TypeKind::float8: append_real(type, row, column, false, text); return;
    case TypeKind::timestamp:
    case TypeKind::timestamptz: append_timestamp_text(row.text(column), text); return;
    case TypeKind::bytea:
      text += "\\x";
      append_hex(row.blob(column), text);
      return;
    case TypeKind::bpchar: {
      std::string value(row.text(column));
      if (!copy) trim_trailing_blanks(value);
      text += value;
      return;
    }
    default: text += row.text(column);
  }
}

}  // namespace deltamill
