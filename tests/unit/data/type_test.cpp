// Types: names as format_type prints them, OIDs, storage, label order.
#include "views/data/type.h"

#include <catch2/catch.hpp>

#include "tests/unit/data/typed_text.h"

namespace deltamill {

namespace {

std::shared_ptr<const EnumType> moods(std::string schema, std::string name) {
  auto type = std::make_shared<EnumType>();
  type->oid = 90001;
  type->schema = std::move(schema);
  type->name = std::move(name);
  type->labels = {"sad", "ok", "happy"};
  return type;
}

}  // namespace

TEST_CASE("a type without modifier prints PostgreSQL's name", "[type]") {
  CHECK(format_type(type_of(TypeKind::int2)) == "smallint");
  CHECK(format_type(type_of(TypeKind::int8)) == "bigint");
  CHECK(format_type(type_of(TypeKind::float8)) == "double precision");
  CHECK(format_type(type_of(TypeKind::varchar)) == "character varying");
  CHECK(format_type(type_of(TypeKind::bpchar)) == "bpchar");
  CHECK(format_type(type_of(TypeKind::time)) == "time without time zone");
  CHECK(format_type(type_of(TypeKind::timestamptz)) == "timestamp with time zone");
  CHECK(format_type(type_of(TypeKind::jsonb)) == "jsonb");
}

TEST_CASE("a modifier is part of the printed name", "[type]") {
  CHECK(format_type(type_of(TypeKind::numeric, numeric_modifier(12, 2))) == "numeric(12,2)");
  CHECK(format_type(type_of(TypeKind::numeric, numeric_modifier(3, -2))) == "numeric(3,-2)");
  CHECK(format_type(type_of(TypeKind::varchar, 24)) == "character varying(20)");
  CHECK(format_type(type_of(TypeKind::bpchar, 7)) == "character(3)");
  CHECK(format_type(type_of(TypeKind::timestamp, 3)) == "timestamp(3) without time zone");
  CHECK(format_type(type_of(TypeKind::timestamptz, 0)) == "timestamp(0) with time zone");
  CHECK(format_type(type_of(TypeKind::interval, 0x7fff << 16 | 3)) == "interval(3)");
  CHECK(format_type(type_of(TypeKind::interval, 0x408 << 16 | 0xffff)) == "interval day to hour");
}

TEST_CASE("an enum prints with its schema, quoted where needed", "[type]") {
  Type type = type_of(TypeKind::enumeration);
  type.enumeration = moods("public", "mood");
  CHECK(format_type(type) == "public.mood");
  type.enumeration = moods("My \"app\"", "Mood");
  CHECK(format_type(type) == "\"My \"\"app\"\"\".\"Mood\"");
}

TEST_CASE("an unsupported type prints the name it came with", "[type]") {
  Type type = type_of(TypeKind::unsupported);
  type.unsupported_name = "point";
  CHECK(format_type(type) == "point");
}

TEST_CASE("a built-in OID and its kind belong together", "[type]") {
  for (int ordinal = 0; ordinal <= static_cast<int>(TypeKind::jsonb); ++ordinal) {
    const auto kind = static_cast<TypeKind>(ordinal);
    if (oid_of(kind) != 0) CHECK(kind_of(oid_of(kind)) == kind);
  }
  CHECK(oid_of(TypeKind::numeric) == 1700);
  CHECK(oid_of(TypeKind::enumeration) == 0);
  CHECK(kind_of(600) == TypeKind::unsupported);
  CHECK(kind_of(0) == TypeKind::unsupported);
}

TEST_CASE("enums are the same type by OID, other types by kind and modifier", "[type]") {
  Type left = type_of(TypeKind::enumeration);
  Type right = left;
  left.enumeration = moods("public", "mood");
  right.enumeration = moods("other", "mood");
  CHECK(left == right);
  CHECK(type_of(TypeKind::varchar, 10) != type_of(TypeKind::varchar, 11));
  CHECK(type_of(TypeKind::varchar, 10).same_kind(type_of(TypeKind::varchar, 11)));
}

TEST_CASE("labels are ordered as declared", "[type]") {
  const auto type = moods("public", "mood");
  CHECK(type->order_of("sad") == 0);
  CHECK(type->order_of("happy") == 2);
  CHECK_FALSE(type->order_of("SAD").has_value());
}

}  // namespace deltamill
