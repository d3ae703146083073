// Casts between types: what is rounded, refused, trimmed.
#include <catch2/catch.hpp>

#include "tests/unit/functions/call_text.h"

namespace deltamill {

TEST_CASE("integers narrow with a range check") {
  CHECK(cast(int4_of("32767"), type_of(TypeKind::int2)) == "32767");
  CHECK(cast(int4_of("32768"), type_of(TypeKind::int2)) == "ERROR: smallint out of range");
  CHECK(cast(int8_of("2147483648"), type_of(TypeKind::int4)) == "ERROR: integer out of range");
  CHECK(cast(int4_of("-5"), type_of(TypeKind::boolean)) == "t");
  CHECK(cast(value_of(TypeKind::boolean, "t"), type_of(TypeKind::int4)) == "1");
}

TEST_CASE("floats round half to even, numerics half away from zero") {
  CHECK(cast(float8_of("2.5"), type_of(TypeKind::int4)) == "2");
  CHECK(cast(numeric_of("2.5"), type_of(TypeKind::int4)) == "3");
  CHECK(cast(float8_of("-2147483648.5"), type_of(TypeKind::int4)) == "-2147483648");
  CHECK(cast(float8_of("2147483647.5"), type_of(TypeKind::int4)) == "ERROR: integer out of range");
  CHECK(cast(float8_of("NaN"), type_of(TypeKind::int8)) == "ERROR: bigint out of range");
  CHECK(cast(numeric_of("NaN"), type_of(TypeKind::int8)) == "ERROR: cannot convert NaN to bigint");
  CHECK(cast(numeric_of("-Infinity"), type_of(TypeKind::int2)) ==
        "ERROR: cannot convert infinity to smallint");
}

TEST_CASE("a float becomes a numeric of its significant digits") {
  CHECK(cast(float8_of("0.1"), type_of(TypeKind::numeric)) == "0.1");
  CHECK(cast(value_of(TypeKind::float4, "1234567"), type_of(TypeKind::numeric)) == "1234570");
  CHECK(cast(float8_of("1e-5"), numeric_type(5, 2)) == "0.00");
}

TEST_CASE("numeric(p,s) rounds, and refuses what has too many digits") {
  CHECK(cast(numeric_of("12.345"), numeric_type(5, 2)) == "12.35");
  CHECK(cast(int4_of("7"), numeric_type(5, 2)) == "7.00");
  CHECK(cast(numeric_of("999.995"), numeric_type(5, 2)) == "ERROR: numeric field overflow");
  CHECK(cast(text_of("1.005"), numeric_type(5, 2)) == "1.01");
}

TEST_CASE("lengths cut characters, not bytes") {
  CHECK(cast(text_of("ünïcode"), length_type(TypeKind::varchar, 3)) == "ünï");
  CHECK(cast(int4_of("123456"), length_type(TypeKind::varchar, 3)) == "123");
  CHECK(cast(text_of("ab"), length_type(TypeKind::bpchar, 4)) == "ab  ");
  CHECK(cast(text_of("abcdef"), length_type(TypeKind::bpchar, 4)) == "abcd");
}

TEST_CASE("char(n) loses its blanks as text") {
  CHECK(cast(value_of(TypeKind::bpchar, "a b  "), type_of(TypeKind::text)) == "a b");
  CHECK(cast(value_of(TypeKind::bpchar, "a b  "), type_of(TypeKind::varchar)) == "a b");
}

TEST_CASE("what is not a value of the type is an error in PostgreSQL's words") {
  CHECK(cast(text_of("abc"), type_of(TypeKind::int4)) ==
        "ERROR: invalid input syntax for type integer: \"abc\"");
  CHECK(cast(text_of("99999999999"), type_of(TypeKind::int4)) ==
        "ERROR: value \"99999999999\" is out of range for type integer");
  CHECK(cast(text_of("1e400"), type_of(TypeKind::float8)) ==
        "ERROR: \"1e400\" is out of range for type double precision");
  CHECK(cast(text_of("x"), type_of(TypeKind::timestamptz)) ==
        "ERROR: invalid input syntax for type timestamp with time zone: \"x\"");
  CHECK(cast(text_of("2020-02-30"), type_of(TypeKind::date)) ==
        "ERROR: date/time field value out of range: \"2020-02-30\"");
  CHECK(cast(text_of("{"), type_of(TypeKind::jsonb)) ==
        "ERROR: invalid input syntax for type json");
}

TEST_CASE("text becomes what its form says") {
  CHECK(cast(text_of(" 12 "), type_of(TypeKind::int8)) == "12");
  CHECK(cast(text_of("yes"), type_of(TypeKind::boolean)) == "t");
  CHECK(cast(text_of("2024-05-01 10:00:00.5"), type_of(TypeKind::timestamp, 0)) ==
        "2024-05-01 10:00:01");
}

TEST_CASE("booleans print in full as text") {
  CHECK(cast(value_of(TypeKind::boolean, "t"), type_of(TypeKind::text)) == "true");
  CHECK(cast(value_of(TypeKind::boolean, "f"), length_type(TypeKind::varchar, 3)) == "fal");
}

TEST_CASE("dates and timestamps convert in UTC") {
  CHECK(cast(value_of(TypeKind::timestamp, "1999-12-31 23:59:59.6"), type_of(TypeKind::date)) ==
        "1999-12-31");
  CHECK(cast(value_of(TypeKind::date, "infinity"), type_of(TypeKind::timestamptz)) == "infinity");
  CHECK(cast(value_of(TypeKind::date, "5874897-12-31"), type_of(TypeKind::timestamp)) ==
        "ERROR: date out of range for timestamp");
  CHECK(cast(value_of(TypeKind::timestamp, "infinity"), type_of(TypeKind::time)) == "NULL");
  CHECK(cast(value_of(TypeKind::interval, "-1 hour"), type_of(TypeKind::time)) == "23:00:00");
  CHECK(cast(value_of(TypeKind::timestamp, "1999-12-31 23:59:59.6"),
             type_of(TypeKind::timestamp, 0)) == "2000-01-01 00:00:00");
}

TEST_CASE("jsonb scalars convert by their kind") {
  CHECK(cast(value_of(TypeKind::jsonb, "2.5"), type_of(TypeKind::int4)) == "3");
  CHECK(cast(value_of(TypeKind::jsonb, "true"), type_of(TypeKind::boolean)) == "t");
  CHECK(cast(value_of(TypeKind::jsonb, "\"1\""), type_of(TypeKind::int4)) ==
        "ERROR: cannot cast jsonb string to type integer");
  CHECK(cast(value_of(TypeKind::jsonb, "[1]"), type_of(TypeKind::numeric)) ==
        "ERROR: cannot cast jsonb array to type numeric");
}

TEST_CASE("casts apply in the context that pg_cast gives them") {
  const auto context = [](TypeKind from, TypeKind to) { return find_cast(from, to)->kind; };
  CHECK(context(TypeKind::int4, TypeKind::int8) == FunctionKind::implicit_cast);
  CHECK(context(TypeKind::int8, TypeKind::int4) == FunctionKind::assignment_cast);
  CHECK(context(TypeKind::int4, TypeKind::boolean) == FunctionKind::explicit_cast);
  CHECK(context(TypeKind::varchar, TypeKind::text) == FunctionKind::implicit_cast);
  CHECK(context(TypeKind::int4, TypeKind::text) == FunctionKind::assignment_cast);
  CHECK(context(TypeKind::text, TypeKind::int4) == FunctionKind::explicit_cast);
  CHECK(find_cast(TypeKind::uuid, TypeKind::int4) == nullptr);
  CHECK(find_cast(TypeKind::date, TypeKind::time) == nullptr);
}

}  // namespace deltamill
