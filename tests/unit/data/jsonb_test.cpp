// JSON text: validity, the canonical form of jsonb, navigation, building.
#include "views/data/jsonb.h"

#include <catch2/catch.hpp>

#include "tests/unit/data/typed_text.h"

namespace deltamill {

namespace {

std::string canonical(std::string_view text) {
  return canonical_jsonb(text).value_or("refused");
}

std::string text_or_null(const std::optional<Value>& value) {
  if (!value) return "broken";
  return value->is_null() ? "NULL" : std::string(value->text());
}

std::string jsonb_of(TypeKind kind, std::string_view text) {
  Arena arena;
  const Type type = type_of(kind);
  std::string json;
  return append_jsonb(type, value_of(type, text, arena), json) ? json : "refused";
}

}  // namespace

TEST_CASE("JSON is told from what is not", "[jsonb]") {
  for (const char* text : {"1", " null ", "-0.5e+3", "\"\\u0000\"", "[]", "{}",
                           "[1, {\"a\": [true]}]", "{\"a\":1,\"a\":2}", "\"\\ud83d\""})
    CHECK(is_json(text));
  for (const char* text :
       {"",       " ",       "01",         "1.",    ".5",  "+1",    "-",       "nul",       "True",
        "[1,]",   "{\"a\"}", "{\"a\":1,}", "[1 2]", "1 2", "'a'",   "\"\\x\"", "\"\\u12\"", "\"a",
        "\"\t\"", "[1}",     "{\"a\":1]",  "{1:2}", "[",   "nullx", "1e",      "]"})
    CHECK_FALSE(is_json(text));
}

TEST_CASE("nesting of any depth is checked without recursion", "[jsonb]") {
  const std::string deep = std::string(100000, '[') + std::string(100000, ']');
  CHECK(is_json(deep));
  CHECK(is_canonical_jsonb(deep));
  CHECK(canonical("{\"\\\"\": " + deep + "}") == "refused");
}

TEST_CASE("jsonb sorts keys by length, keeps the last duplicate and prints numerics", "[jsonb]") {
  CHECK(canonical(R"({"b": 1, "a": [1.50, 1e2, -0], "aa": "\u00e9\n", "b": {"x": null}})") ==
        "{\"a\": [1.50, 100, 0], \"b\": {\"x\": null}, \"aa\": \"\xc3\xa9\\n\"}");
  CHECK(canonical(" [ ] ") == "[]");
  CHECK(canonical("{ }") == "{}");
  CHECK(canonical(R"("\/\ud83d\ude00\u0001")") == "\"/\xf0\x9f\x98\x80\\u0001\"");
  CHECK(canonical("1.0e-3") == "0.0010");
}

TEST_CASE("what jsonb cannot hold is refused", "[jsonb]") {
  for (const char* text :
       {R"("\u0000")", R"("\ud83d")", R"("\ude00")", R"("\ud83dx")", "1e200000", "{\"a\": 1", "x"})
    CHECK(canonical(text) == "refused");
}

TEST_CASE("canonical text is recognised, anything else is not", "[jsonb]") {
  for (const char* text : {"1", "-1.50", "null", "\"a\\n\"", "[]", "{}", "[1, 2]",
                           "{\"a\": 3, \"b\": 1.0, \"aa\": [{\"c\": null}]}", "\"\\u001f\""})
    CHECK(is_canonical_jsonb(text));
  for (const char* text :
       {" 1", "1e2", "-0", "-0.00", "[1,2]", "[1,  2]", "{\"a\":3}", "{\"b\": 1, \"a\": 2}",
        "{\"aa\": 1, \"b\": 2}", "{\"a\": 1, \"a\": 2}", "\"\\/\"", "\"\\u00e9\"", "\"\\u000a\"",
        "\"\\u001F\"", "[1, ]", "{", ""})
    CHECK_FALSE(is_canonical_jsonb(text));
}

TEST_CASE("members and elements are found in json and jsonb alike", "[jsonb]") {
  const std::string json = R"({ "a" : [ 10 , {"x":"}]"} , "s" ] , "b\n":true, "a2":{} , "a" : 7 })";
  CHECK(json_member(json, "a") == "7");
  CHECK(json_member(json, "b\n") == "true");
  CHECK(json_member(json, "a2") == "{}");
  CHECK_FALSE(json_member(json, "c").has_value());
  CHECK_FALSE(json_member("[1]", "a").has_value());
  const std::string array = R"([10, {"x": "}]"}, "s"])";
  CHECK(json_element(array, 0) == "10");
  CHECK(json_element(array, 1) == R"({"x": "}]"})");
  CHECK(json_element(array, -1) == "\"s\"");
  CHECK_FALSE(json_element(array, 3).has_value());
  CHECK_FALSE(json_element(array, -4).has_value());
  CHECK_FALSE(json_element("{}", 0).has_value());
  CHECK(json_elements(array).size() == 3);
  CHECK(json_elements("[ ]").empty());
  CHECK(json_members(json).size() == 4);
}

TEST_CASE("a JSON string gives its text", "[jsonb]") {
  Arena arena;
  CHECK(json_string_text(R"("plain")", arena) == "plain");
  CHECK(json_string_text(R"("a\"b\\\u0041\t")", arena) == "a\"b\\A\t");
  CHECK_FALSE(json_string_text(R"("\u0000")", arena).has_value());
  CHECK(text_or_null(json_as_text("null", arena)) == "NULL");
  CHECK(text_or_null(json_as_text("\"x\"", arena)) == "x");
  CHECK(text_or_null(json_as_text(" [1] ", arena)) == "[1]");
  CHECK(text_or_null(json_as_text(R"("\ud800")", arena)) == "broken");
}

TEST_CASE("a built object is canonical", "[jsonb]") {
  std::string json;
  append_jsonb_object({{"bb", "1"}, {"a\"", "2"}, {"bb", "3"}, {"c", "[]"}}, json);
  CHECK(json == R"({"c": [], "a\"": 2, "bb": 3})");
  std::string empty;
  append_jsonb_object({}, empty);
  CHECK(empty == "{}");
}

TEST_CASE("values become jsonb as to_jsonb makes them", "[jsonb]") {
  CHECK(jsonb_of(TypeKind::float8, "1e-7") == "0.0000001");
  CHECK(jsonb_of(TypeKind::float8, "NaN") == "\"NaN\"");
  CHECK(jsonb_of(TypeKind::float4, "1e30") == "1000000000000000000000000000000");
  CHECK(jsonb_of(TypeKind::json, "  [1,2 ]") == "[1, 2]");
  CHECK(jsonb_of(TypeKind::json, R"("\u0000")") == "refused");
  CHECK(jsonb_of(TypeKind::timestamp, "2024-05-01 12:00") == "\"2024-05-01T12:00:00\"");
  CHECK(jsonb_of(TypeKind::numeric, "1.10") == "1.10");
}

}  // namespace deltamill
