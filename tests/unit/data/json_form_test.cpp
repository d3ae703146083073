// Values as row_to_json prints them.
#include <catch2/catch.hpp>

#include "tests/unit/data/typed_text.h"

namespace deltamill {

namespace {

std::string quoted(std::string_view text) {
  std::string json;
  append_json_string(text, json);
  return json;
}

}  // namespace

TEST_CASE("numbers are bare, NaN and the infinities are strings", "[json_form]") {
  CHECK(as_json(TypeKind::int8, "9223372036854775807") == "9223372036854775807");
  CHECK(as_json(TypeKind::numeric, "1.10") == "1.10");
  CHECK(as_json(TypeKind::numeric, "NaN") == "\"NaN\"");
  CHECK(as_json(TypeKind::numeric, "-Infinity") == "\"-Infinity\"");
  CHECK(as_json(TypeKind::float8, "1e23") == "9.999999999999999e+22");
  CHECK(as_json(TypeKind::float8, "1e-7") == "1e-07");
  CHECK(as_json(TypeKind::float8, "-0") == "-0");
  CHECK(as_json(TypeKind::float8, "nan") == "\"NaN\"");
  CHECK(as_json(TypeKind::float4, "inf") == "\"Infinity\"");
}

TEST_CASE("booleans and NULL are JSON's own", "[json_form]") {
  CHECK(as_json(TypeKind::boolean, "t") == "true");
  CHECK(as_json(TypeKind::boolean, "f") == "false");
  std::string text;
  append_json(type_of(TypeKind::text), Value::null(), text);
  CHECK(text == "null");
}

TEST_CASE("timestamps have a T and a zone of two fields", "[json_form]") {
  CHECK(as_json(TypeKind::timestamp, "2024-05-01 12:00:00.1234") == "\"2024-05-01T12:00:00.1234\"");
  CHECK(as_json(TypeKind::timestamptz, "2024-05-01 10:00:00.5+00") ==
        "\"2024-05-01T10:00:00.5+00:00\"");
  CHECK(as_json(TypeKind::timestamp, "0044-03-15 01:02:03 BC") == "\"0044-03-15T01:02:03 BC\"");
  CHECK(as_json(TypeKind::timestamptz, "-infinity") == "\"-infinity\"");
  CHECK(as_json(TypeKind::date, "2024-05-01") == "\"2024-05-01\"");
  CHECK(as_json(TypeKind::time, "12:00:01.5") == "\"12:00:01.5\"");
  CHECK(as_json(TypeKind::interval, "1 mon 2 days") == "\"1 mon 2 days\"");
}

TEST_CASE("text kinds, uuid and bytea are strings", "[json_form]") {
  CHECK(as_json(TypeKind::text, "a\"b") == "\"a\\\"b\"");
  CHECK(as_json(TypeKind::bpchar, "a", 4 + 3) == "\"a  \"");
  CHECK(as_json(TypeKind::uuid, "A0EEBC999C0B4EF8BB6D6BB9BD380A11") ==
        "\"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11\"");
  CHECK(as_json(TypeKind::bytea, "\\xdead") == "\"\\\\xdead\"");
}

TEST_CASE("json and jsonb are printed verbatim", "[json_form]") {
  CHECK(as_json(TypeKind::json, "{\"b\":1,  \"b\":2}") == "{\"b\":1,  \"b\":2}");
  CHECK(as_json(TypeKind::jsonb, "{\"b\":1,\"a\":\"x\"}") == "{\"a\": \"x\", \"b\": 1}");
}

TEST_CASE("exactly the quote, the backslash and what lies below the blank are escaped",
          "[json_form]") {
  CHECK(quoted("") == "\"\"");
  CHECK(quoted("a\"b\\c/") == R"("a\"b\\c/")");
  CHECK(quoted("\b\f\n\r\t\x01\x1f") == R"("\b\f\n\r\t\u0001\u001f")");
  CHECK(quoted("\x7f\xc3\xa9\xe2\x80\xa8<>&'") == "\"\x7f\xc3\xa9\xe2\x80\xa8<>&'\"");
}

}  // namespace deltamill
