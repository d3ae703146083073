// Resolves type names, which the grammar has made internal ones (INTEGER is int4, CHARACTER VARYING
// varchar), and encodes their modifiers as pg_attribute.atttypmod does.
#include "views/sql/type_names.h"

#include <array>
#include <string>
#include <utility>

#include "views/sql/rejection.h"

namespace deltamill {

namespace {

struct NamedKind {
  std::string_view name;
  TypeKind kind;
};

constexpr std::array named_kinds{
    NamedKind{"bool", TypeKind::boolean},
    NamedKind{"int2", TypeKind::int2},
    NamedKind{"int4", TypeKind::int4},
    NamedKind{"int8", TypeKind::int8},
    NamedKind{"float4", TypeKind::float4},
    NamedKind{"float8", TypeKind::float8},
    NamedKind{"numeric", TypeKind::numeric},
    NamedKind{"text", TypeKind::text},
    NamedKind{"varchar", TypeKind::varchar},
    NamedKind{"bpchar", TypeKind::bpchar},
    NamedKind{"name", TypeKind::name},
    NamedKind{"date", TypeKind::date},
    NamedKind{"time", TypeKind::time},
    NamedKind{"timestamp", TypeKind::timestamp},
    NamedKind{"timestamptz", TypeKind::timestamptz},
    NamedKind{"interval", TypeKind::interval},
    NamedKind{"uuid", TypeKind::uuid},
    NamedKind{"bytea", TypeKind::bytea},
    NamedKind{"json", TypeKind::json},
    NamedKind{"jsonb", TypeKind::jsonb},
};

[[noreturn]] void reject_modifier(const TypeSyntax& syntax, const std::string& message) {
  reject("type_error", syntax.position, message);
}

std::int32_t numeric_modifier(const TypeSyntax& syntax) {
  const std::int32_t precision = syntax.modifiers[0];
  const std::int32_t scale = syntax.modifiers.size() > 1 ? syntax.modifiers[1] : 0;
  if (precision < 1 || precision > 1000)
    reject_modifier(
        syntax, "NUMERIC precision " + std::to_string(precision) + " must be between 1 and 1000");
  if (scale < -1000 || scale > 1000)
    reject_modifier(syntax,
                    "NUMERIC scale " + std::to_string(scale) + " must be between -1000 and 1000");
  // make_numeric_typmod(): the scale in 11 bits with sign, and VARHDRSZ, so that −1 stays free for
  // "none".
  return ((precision << 16) | (scale & 0x7ff)) + 4;
}

std::int32_t length_modifier(const TypeSyntax& syntax) {
  constexpr std::int32_t length_max = 10485760;
  const std::int32_t length = syntax.modifiers[0];
  if (length < 1 || length > length_max)
    reject_modifier(syntax, "the length of type " + syntax.names.back() +
                                " must be between 1 and " + std::to_string(length_max));
  return length + 4;
}

// More than six digits are taken as six.
std::int32_t fraction_modifier(const TypeSyntax& syntax) {
  const std::int32_t digits = syntax.modifiers[0];
  if (digits < 0) reject_modifier(syntax, "the precision of a time must not be negative");
  return digits > 6 ? 6 : digits;
}

std::int32_t modifier_of(TypeKind kind, const TypeSyntax& syntax) {
  const std::size_t count = syntax.modifiers.size();
  if (count == 0) return -1;
  const std::size_t count_max = kind == TypeKind::numeric ? 2 : 1;
  if (count > count_max) reject_modifier(syntax, "invalid type modifier");
  switch (kind) {
    case TypeKind::numeric: return numeric_modifier(syntax);
    case TypeKind::varchar:
    case TypeKind::bpchar: return length_modifier(syntax);
    case TypeKind::time:
    case TypeKind::timestamp:
    case TypeKind::timestamptz: return fraction_modifier(syntax);
    default:
      reject_modifier(syntax,
                      "type modifier is not allowed for type \"" + syntax.names.back() + "\"");
  }
}

std::string written_name(const TypeSyntax& syntax) {
  std::string text;
  for (const std::string& name : syntax.names) {
    if (name == "pg_catalog") continue;
    if (!text.empty()) text += '.';
    text += name;
  }
  return text;
}

}  // namespace

TypeKind kind_named(std::string_view name) {
  for (const NamedKind& candidate : named_kinds)
    if (candidate.name == name) return candidate.kind;
  return TypeKind::unsupported;
}

Type resolve_type(const TypeSyntax& syntax, const Catalog& catalog) {
  Type type;
  const std::string& name = syntax.names.back();
  const std::string schema = syntax.names.size() > 1 ? syntax.names.front() : "";
  // pg_catalog is searched before the search path: an enum named text needs its schema.
  if (schema.empty() || schema == "pg_catalog") type.kind = kind_named(name);
  if (type.kind == TypeKind::unsupported && schema != "pg_catalog") {
    type.enumeration = catalog.find_enum(schema, name);
    if (type.enumeration) type.kind = TypeKind::enumeration;
  }
  if (type.kind == TypeKind::unsupported)
    reject("unsupported_type", syntax.position,
           "type " + written_name(syntax) + " is not supported",
           "cast to a supported type such as text, numeric, bigint or timestamptz");
  type.modifier = modifier_of(type.kind, syntax);
  return type;
}

}  // namespace deltamill
