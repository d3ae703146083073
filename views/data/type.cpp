// PostgreSQL's built-in types: OIDs, storage, and the names format_type prints. One row per kind.
#include "views/data/type.h"

#include <algorithm>
#include <array>

#include "views/data/check.h"

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
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), fits) &&
         !(name[0] >= '0' && name[0] <= '9');
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
  const std::int32_t packed = modifier - 4;
  const std::int32_t precision = packed >> 16 & 0xffff;
  const std::int32_t scale = ((packed & 0x7ff) ^ 1024) - 1024;
  return "(" + std::to_string(precision) + "," + std::to_string(scale) + ")";
}

// The fields of an interval's modifier, bits as in PostgreSQL's INTERVAL_MASK.
std::string_view interval_fields(std::int32_t fields) {
  constexpr std::int32_t year = 1 << 2, month = 1 << 1, day = 1 << 3, hour = 1 << 10,
                         minute = 1 << 11, second = 1 << 12;
  switch (fields) {
    case year: return " year";
    case month: return " month";
    case day: return " day";
    case hour: return " hour";
    case minute: return " minute";
    case second: return " second";
    case year | month: return " year to month";
    case day | hour: return " day to hour";
    case day | hour | minute: return " day to minute";
    case day | hour | minute | second: return " day to second";
    case hour | minute: return " hour to minute";
    case hour | minute | second: return " hour to second";
    case minute | second: return " minute to second";
    default: return "";
  }
}

std::string interval_modifier(std::int32_t modifier) {
  std::string text(interval_fields(modifier >> 16 & 0x7fff));
  const std::int32_t precision = modifier & 0xffff;
  if (precision != 0xffff) text += in_parentheses(precision);
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
