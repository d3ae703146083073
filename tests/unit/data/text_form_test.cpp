// Text forms of the types that have no file of their own, and when a value views its text.
#include "views/data/text_form.h"

#include <catch2/catch.hpp>

#include "tests/unit/data/typed_text.h"
#include "views/data/check.h"

namespace deltamill {

TEST_CASE("booleans are read in all of PostgreSQL's words", "[text_form]") {
  for (const char* text : {"t", "true", "TRUE", "tru", "y", "yes", "on", "1", " true "})
    CHECK(reprinted(TypeKind::boolean, text) == "t");
  for (const char* text : {"f", "False", "n", "no", "off", "of", "0"})
    CHECK(reprinted(TypeKind::boolean, text) == "f");
  for (const char* text : {"", "o", "2", "truee", "maybe"})
    CHECK(reprinted(TypeKind::boolean, text) == "refused");
}

TEST_CASE("integers are checked for their range", "[text_form]") {
  CHECK(reprinted(TypeKind::int2, "-32768") == "-32768");
  CHECK(reprinted(TypeKind::int2, "32768") == "refused");
  CHECK(reprinted(TypeKind::int4, " +7 ") == "7");
  CHECK(reprinted(TypeKind::int4, "-2147483649") == "refused");
  CHECK(reprinted(TypeKind::int8, "9223372036854775807") == "9223372036854775807");
  CHECK(reprinted(TypeKind::int8, "9223372036854775808") == "refused");
  for (const char* text : {"", "-", "1.0", "1e3", "7x", "+-5", "0x10"})
    CHECK(reprinted(TypeKind::int4, text) == "refused");
}

TEST_CASE("float4 and float8 print their own shortest digits", "[text_form]") {
  CHECK(reprinted(TypeKind::float8, "0.1") == "0.1");
  CHECK(reprinted(TypeKind::float4, "0.1") == "0.1");
  CHECK(reprinted(TypeKind::float4, "16777217") == "1.6777216e+07");
  CHECK(reprinted(TypeKind::float8, "16777217") == "16777217");
}

TEST_CASE("a numeric takes its modifier's scale", "[text_form]") {
  CHECK(reprinted(TypeKind::numeric, "1.1", numeric_modifier(12, 2)) == "1.10");
  CHECK(reprinted(TypeKind::numeric, "1.10", numeric_modifier(12, 2)) == "1.10");
  CHECK(reprinted(TypeKind::numeric, "1.125", numeric_modifier(12, 2)) == "1.13");
  CHECK(reprinted(TypeKind::numeric, "10000000000.00", numeric_modifier(12, 2)) == "refused");
  CHECK(reprinted(TypeKind::numeric, "9999999999.99", numeric_modifier(12, 2)) == "9999999999.99");
  CHECK(reprinted(TypeKind::numeric, "12345678901234567890.5") == "12345678901234567890.5");
}

TEST_CASE("varchar(n) cuts blanks and refuses letters beyond n characters", "[text_form]") {
  CHECK(reprinted(TypeKind::varchar, "abc  ", 4 + 4) == "abc ");
  CHECK(reprinted(TypeKind::varchar, "abcde", 4 + 4) == "refused");
  CHECK(reprinted(TypeKind::varchar, "\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc", 4 + 4) ==
        "\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc");
  CHECK(reprinted(TypeKind::varchar, "any length at all") == "any length at all");
}

TEST_CASE("char(n) is padded to n characters", "[text_form]") {
  CHECK(reprinted(TypeKind::bpchar, "a", 4 + 3) == "a  ");
  CHECK(reprinted(TypeKind::bpchar, "\xc3\xbc", 4 + 3) == "\xc3\xbc  ");
  CHECK(reprinted(TypeKind::bpchar, "abc  ", 4 + 3) == "abc");
  CHECK(reprinted(TypeKind::bpchar, "abcd", 4 + 3) == "refused");
  CHECK(reprinted(TypeKind::bpchar, "ab ") == "ab ");
}

TEST_CASE("a name ends after 63 bytes, never inside a character", "[text_form]") {
  CHECK(reprinted(TypeKind::name, std::string(70, 'x')) == std::string(63, 'x'));
  std::string umlauts;
  for (int count = 0; count < 40; ++count) umlauts += "\xc3\xbc";
  CHECK(reprinted(TypeKind::name, umlauts) == umlauts.substr(0, 62));
}

TEST_CASE("a uuid is read with hyphens after any group of four and in braces", "[text_form]") {
  const std::string plain = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11";
  CHECK(reprinted(TypeKind::uuid, plain) == plain);
  CHECK(reprinted(TypeKind::uuid, "A0EEBC999C0B4EF8BB6D6BB9BD380A11") == plain);
  CHECK(reprinted(TypeKind::uuid, "{a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11}") == plain);
  for (const char* text : {"", "{a0eebc999c0b4ef8bb6d6bb9bd380a11",
                           "a0e-ebc999c0b4ef8bb6d6bb9bd380a11", "a0eebc999c0b4ef8bb6d6bb9bd380a1",
                           "g0eebc999c0b4ef8bb6d6bb9bd380a11", "a0eebc999c0b4ef8bb6d6bb9bd380a112"})
    CHECK(reprinted(TypeKind::uuid, text) == "refused");
}

TEST_CASE("bytea is read in both formats and printed in hex", "[text_form]") {
  CHECK(reprinted(TypeKind::bytea, "\\xDEad beef") == "\\xdeadbeef");
  CHECK(reprinted(TypeKind::bytea, "\\x") == "\\x");
  CHECK(reprinted(TypeKind::bytea, "") == "\\x");
  CHECK(reprinted(TypeKind::bytea, "a\\\\b\\000\\377") == "\\x615c6200ff");
  for (const char* text : {"\\xabc", "\\xd ead", "\\400", "\\08", "\\"})
    CHECK(reprinted(TypeKind::bytea, text) == "refused");
}

TEST_CASE("an enum takes its labels only", "[text_form]") {
  auto labels = std::make_shared<EnumType>();
  labels->labels = {"sad", "ok"};
  Type type = type_of(TypeKind::enumeration);
  type.enumeration = labels;
  CHECK(reprinted(type, "ok") == "ok");
  CHECK(reprinted(type, "OK") == "refused");
  CHECK(reprinted(type, "") == "refused");
}

TEST_CASE("json keeps its text, jsonb is brought into its canonical form", "[text_form]") {
  CHECK(reprinted(TypeKind::json, " {\"b\":1,  \"a\":2} ") == " {\"b\":1,  \"a\":2} ");
  CHECK(reprinted(TypeKind::jsonb, " {\"b\":1,  \"a\":2} ") == "{\"a\": 2, \"b\": 1}");
  CHECK(reprinted(TypeKind::json, "{") == "refused");
  CHECK(reprinted(TypeKind::jsonb, "{") == "refused");
}

TEST_CASE("what the text holds verbatim is viewed, not copied", "[text_form]") {
  Arena arena;
  for (const TypeKind kind : {TypeKind::text, TypeKind::varchar, TypeKind::json, TypeKind::jsonb}) {
    const std::string text = "[1, 2]";
    CHECK(value_of(type_of(kind), text, arena).data == text.data());
  }
  CHECK(arena.memory_bytes() == 0);
}

TEST_CASE("an unsupported type is never read", "[text_form]") {
  CHECK_THROWS_AS(reprinted(TypeKind::unsupported, "(1,2)"), BrokenInvariant);
}

}  // namespace deltamill
