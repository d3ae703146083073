// Lists PostgreSQL's built-in types: OIDs, storage, and the names format_type prints. One row per
// kind.
#include "views/data/type.h"

#include <algorithm>
#include <array>

#include "views/data/ascii.h"
#include "views/data/check.h"
#include "views/data/type_modifier.h"

namespace deltamill {

namespace {

struct BuiltIn {
  TypeKind kind;
  Oid oid;
  Storage storage;
  std::string_view name;
};

// In the order of TypeKind.
constexpr std::array built_ins{
    BuiltIn{TypeKind::unsupported, 0, Storage::bytes, "unsupported"},
    BuiltIn{TypeKind::unknown, 705, Storage::bytes, "unknown"},
    BuiltIn{TypeKind::boolean, 16, Storage::integer, "boolean"},
    BuiltIn{TypeKind::int2, 21, Storage::integer, "smallint"},
    BuiltIn{TypeKind::int4, 23, Storage::integer, "integer"},
    BuiltIn{TypeKind::int8, 20, Storage::integer, "bigint"},
    BuiltIn{TypeKind::float4, 700, Storage::real, "real"},
    BuiltIn{TypeKind::float8, 701, Storage::real, "double precision"},
    BuiltIn{TypeKind::numeric, 1700, Storage::numeric, "numeric"},
    BuiltIn{TypeKind::text, 25, Storage::bytes, "text"},
    BuiltIn{TypeKind::varchar, 1043, Storage::bytes, "character varying"},
    BuiltIn{TypeKind::bpchar, 1042, Storage::bytes, "character"},
    BuiltIn{TypeKind::name, 19, Storage::bytes, "name"},
    BuiltIn{TypeKind::date, 1082, Storage::integer, "date"},
    BuiltIn{TypeKind::time, 1083, Storage::integer, "time"},
    BuiltIn{TypeKind::timestamp, 1114, Storage::integer, "timestamp"},
    BuiltIn{TypeKind::timestamptz, 1184, Storage::integer, "timestamp"},
    BuiltIn{TypeKind::interval, 1186, Storage::bytes, "interval"},
    BuiltIn{TypeKind::uuid, 2950, Storage::bytes, "uuid"},
    BuiltIn{TypeKind::bytea, 17, Storage::bytes, "bytea"},
    BuiltIn{TypeKind::enumeration, 0, Storage::bytes, "enum"},
    BuiltIn{TypeKind::json, 114, Storage::bytes, "json"},
    BuiltIn{TypeKind::jsonb, 3802, Storage::bytes, "jsonb"},
};

constexpr bool in_order_of_kinds() {
  for (std::size_t ordinal = 0; ordinal < built_ins.size(); ++ordinal)
    if (static_cast<std::size_t>(built_ins[ordinal].kind) != ordinal) return false;
  return true;
}
static_assert(in_order_of_kinds());

const BuiltIn& built_in(TypeKind kind) {
  return built_ins[static_cast<std::size_t>(kind)];
}

bool plain_identifier(std::string_view name) {
  const auto fits = [](char c) { return is_lower(c) || is_digit(c) || c == '_'; };
  return !name.empty() && std::ranges::all_of(name, fits) && !is_digit(name[0]);
}

std::string quoted_identifier(std::string_view name) {
  if (plain_identifier(name)) return std::string(name);
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string in_parentheses(std::int32_t number) {
  std::string text = "(";
  text += std::to_string(number);
  text += ')';
  return text;
}

std::string numeric_modifier(std::int32_t modifier) {
  const NumericPrecision precision = numeric_precision(modifier);
  return "(" + std::to_string(precision.digits) + "," + std::to_string(precision.scale) + ")";
}

std::string_view names_of(std::int32_t fields) {
  switch (fields) {
    case field_year: return " year";
    case field_month: return " month";
    case field_day: return " day";
    case field_hour: return " hour";
    case field_minute: return " minute";
    case field_second: return " second";
    case field_year | field_month: return " year to month";
    case field_day | field_hour: return " day to hour";
    case field_day | field_hour | field_minute: return " day to minute";
    case field_day | field_hour | field_minute | field_second: return " day to second";
    case field_hour | field_minute: return " hour to minute";
    case field_hour | field_minute | field_second: return " hour to second";
    case field_minute | field_second: return " minute to second";
    default: return "";
  }
}

std::string interval_modifier(std::int32_t modifier) {
  std::string text(names_of(interval_fields(modifier)));
  const std::int32_t precision = interval_precision(modifier);
  if (precision >= 0) text += in_parentheses(precision);
  return text;
}

}  // namespace

std::optional<std::size_t> EnumType::order_of(std::string_view label) const {
  for (std::size_t order = 0; order < labels.size(); ++order)
    if (labels[order] == label) return order;
  return std::nullopt;
}

Storage storage_of(TypeKind kind) {
  return built_in(kind).storage;
}

Oid oid_of(TypeKind kind) {
  return built_in(kind).oid;
}

TypeKind kind_of(Oid oid) {
  if (oid == 0) return TypeKind::unsupported;
  for (const BuiltIn& candidate : built_ins)
    if (candidate.oid == oid) return candidate.kind;
  return TypeKind::unsupported;
}

std::string format_type(const Type& type) {
  const bool modified = type.modifier >= 0;
  std::string name(built_in(type.kind).name);
  switch (type.kind) {
    case TypeKind::unsupported: return type.unsupported_name.empty() ? name : type.unsupported_name;
    case TypeKind::enumeration:
      DM_CHECK(type.enumeration != nullptr, "an enum type without its labels");
      return quoted_identifier(type.enumeration->schema) + "." +
             quoted_identifier(type.enumeration->name);
    case TypeKind::numeric: return modified ? name + numeric_modifier(type.modifier) : name;
    case TypeKind::varchar: return modified ? name + in_parentheses(type.modifier - 4) : name;
    case TypeKind::bpchar: return modified ? name + in_parentheses(type.modifier - 4) : "bpchar";
    case TypeKind::time:
    case TypeKind::timestamp:
      return name + (modified ? in_parentheses(type.modifier) : "") + " without time zone";
    case TypeKind::timestamptz:
      return name + (modified ? in_parentheses(type.modifier) : "") + " with time zone";
    case TypeKind::interval: return modified ? name + interval_modifier(type.modifier) : name;
    default: return name;
  }
}

}  // namespace deltamill
