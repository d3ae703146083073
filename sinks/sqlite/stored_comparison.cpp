// Decides what compares with what, and under which function: directly where SQLite's order of the
// stored form is PostgreSQL's order of the type, since only then does an index on the column serve.
#include "sinks/sqlite/stored_comparison.h"

#include "sinks/sqlite/store_order.h"
#include "sinks/sqlite/stored_value.h"
#include "views/data/arena.h"
#include "views/data/character_text.h"
#include "views/data/check.h"
#include "views/data/text_form.h"
#include "views/data/value_comparison.h"

namespace deltamill {

namespace {

enum class Comparing : std::uint8_t { direct, key, unpadded, label_order };

// numeric(p, s) has one text per value, which lets an index on the column answer.
bool fixed_scale(const Type& type) {
  return type.kind == TypeKind::numeric && type.modifier >= 0;
}

Comparing comparing(const Type& type, Aspect aspect) {
  if (aspect == Aspect::stored) return Comparing::direct;
  const bool order = aspect == Aspect::order;
  switch (type.kind) {
    case TypeKind::numeric: return order || !fixed_scale(type) ? Comparing::key : Comparing::direct;
    // Texts of dates sort right within the years 1 to 9999; BC and five-digit years do not. For
    // equality the text is unique.
    case TypeKind::date:
    case TypeKind::timestamp:
    case TypeKind::timestamptz: return order ? Comparing::key : Comparing::direct;
    case TypeKind::interval: return Comparing::key;
    case TypeKind::bpchar:
      return order || type.modifier < 0 ? Comparing::unpadded : Comparing::direct;
    case TypeKind::enumeration: return order ? Comparing::label_order : Comparing::direct;
    default: return Comparing::direct;
  }
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
  return std::string(without_padding(text));
}

SqlValue direct_operand(const Type& type, const Value& value, std::string_view text, Arena& arena) {
  if (fixed_scale(type)) return fixed_scale_operand(type, value, text, arena);
  if (type.kind == TypeKind::bpchar && type.modifier >= 0) return padded_operand(type, text, arena);
  return stored_value(without_modifier(type), value);
}

// Opens a call of deltamill_key for values of a type.
void open_key_call(TypeKind kind, BoundSql& sql) {
  const std::string_view name = order_kind(kind);
  DM_CHECK(!name.empty(), "the type compares as it is stored");
  ((sql += "deltamill_key('") += name) += "',";
}

}  // namespace

bool comparable(const Type& type) {
  return type.kind != TypeKind::json && type.kind != TypeKind::jsonb &&
         type.kind != TypeKind::unsupported && type.kind != TypeKind::unknown;
}

bool equal_values_may_differ(const Type& type) {
  switch (type.kind) {
    case TypeKind::numeric: return !fixed_scale(type);
    case TypeKind::bpchar: return type.modifier < 0;
    case TypeKind::interval:
    case TypeKind::json:
    case TypeKind::jsonb: return true;
    default: return false;
  }
}

void append_column(const Column& column, Aspect aspect, BoundSql& sql) {
  DM_CHECK(aspect == Aspect::stored || comparable(column.type), "json is not compared");
  switch (comparing(column.type, aspect)) {
    case Comparing::direct: sql.identifier(column.name); return;
    case Comparing::key:
      open_key_call(column.type.kind, sql);
      sql.identifier(column.name) += ")";
      return;
    case Comparing::unpadded: (sql += "rtrim(").identifier(column.name) += ",' ')"; return;
    case Comparing::label_order: break;
  }
  (sql += "CASE ").identifier(column.name);
  // An enum's order is that of its labels in the catalog, which the stored label does not show.
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
  open_key_call(column.type.kind, sql);
  sql.parameter(value) += ")";
}

// As an untyped literal beside the column would be read: numeric(10,2) = 1.005 compares with 1.005,
// not with 1.01, so the modifier is not applied to the operand.
std::optional<SqlValue> read_operand(const Type& type, Aspect aspect, std::string_view text,
                                     const TimeZones& zones) {
  Arena arena;
  const Type literal = without_modifier(type);
  const std::optional<Value> value = parse_text(literal, text, arena, zones);
  if (!value) return std::nullopt;
  if (aspect == Aspect::stored) return stored_value(literal, *value);
  switch (comparing(type, aspect)) {
    case Comparing::direct: return direct_operand(type, *value, text, arena);
    case Comparing::key: return stored_value(literal, *value);
    case Comparing::unpadded: return std::string(without_padding(value->text()));
    case Comparing::label_order: break;
  }
  const std::optional<std::size_t> position = type.enumeration->order_of(value->text());
  if (!position) return std::nullopt;
  return static_cast<std::int64_t>(*position);
}

}  // namespace deltamill
