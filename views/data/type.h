// PostgreSQL's types as far as views can hold them: a kind, the type modifier, an enum's labels.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace deltamill {

using Oid = std::uint32_t;

// Every type a view may compute with. `unsupported` stands for columns of other types: they may
// exist in a table, a view that uses one is refused.
enum class TypeKind : std::uint8_t {
  unsupported,
  unknown,  // an untyped literal while binding; never in a plan's output
  boolean,
  int2,
  int4,
  int8,
  float4,
  float8,
  numeric,
  text,
  varchar,
  bpchar,
  name,
  date,
  time,
  timestamp,
  timestamptz,
  interval,
  uuid,
  bytea,
  enumeration,
  json,
  jsonb,
};

[[nodiscard]] constexpr bool is_integer(TypeKind kind) {
  return kind == TypeKind::int2 || kind == TypeKind::int4 || kind == TypeKind::int8;
}

[[nodiscard]] constexpr bool is_real(TypeKind kind) {
  return kind == TypeKind::float4 || kind == TypeKind::float8;
}

// How a value of a type is held in a row and in a Value (value.h).
enum class Storage : std::uint8_t {
  // boolean (0, 1), int2/4/8; days (date) and microseconds (time, timestamps), since 2000-01-01
  integer,
  // float4 (exactly widened), float8
  real,
  // a scaled integer, or the bytes of numeric.h
  numeric,
  // text kinds, bytea (raw), json, jsonb, enum label; uuid, interval (16 bytes each: interval.h)
  bytes,
};

// The labels of an enum in their sort order.
struct EnumType {
  Oid oid = 0;
  std::string schema;
  std::string name;
  std::vector<std::string> labels;

  // Position of a label in the sort order, or nothing.
  [[nodiscard]] std::optional<std::size_t> order_of(std::string_view label) const;
};

// A type with its modifier: atttypmod of numeric(12,2), varchar(20), timestamp(3); -1 = none.
struct Type {
  TypeKind kind = TypeKind::unsupported;
  std::int32_t modifier = -1;
  // Only for TypeKind::enumeration; shared by all users of the type.
  std::shared_ptr<const EnumType> enumeration;
  // Only for TypeKind::unsupported: as format_type prints it.
  std::string unsupported_name;

  [[nodiscard]] bool same_kind(const Type& other) const {
    return kind == other.kind &&
           (kind != TypeKind::enumeration || enumeration->oid == other.enumeration->oid);
  }
  [[nodiscard]] bool operator==(const Type& other) const {
    return same_kind(other) && modifier == other.modifier;
  }
};

[[nodiscard]] Storage storage_of(TypeKind kind);

// PostgreSQL's OID of a built-in kind (enumeration, unsupported: 0).
[[nodiscard]] Oid oid_of(TypeKind kind);
// The kind of a built-in OID, or `unsupported`.
[[nodiscard]] TypeKind kind_of(Oid oid);

// As PostgreSQL's format_type prints it: "numeric(12,2)", "timestamp with time zone".
[[nodiscard]] std::string format_type(const Type& type);

}  // namespace deltamill
