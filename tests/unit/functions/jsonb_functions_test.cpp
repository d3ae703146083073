// json and jsonb against answers that PostgreSQL 15 gave.
#include <catch2/catch.hpp>

#include "tests/unit/functions/call_text.h"

namespace deltamill {

namespace {

using enum TypeKind;

TEST_CASE("members and elements are found, what is missing is NULL") {
  const Argument object = value_of(jsonb, R"({"a": {"b": 1}, "c": null, "d": "x\"y\u00e9"})");
  CHECK(call("->", {object, text_of("a")}) == R"({"b": 1})");
  CHECK(call("->", {object, text_of("c")}) == "null");
  CHECK(call("->>", {object, text_of("c")}) == "NULL");
  CHECK(call("->>", {object, text_of("d")}) == "x\"yé");
  CHECK(call("->", {object, text_of("z")}) == "NULL");
  CHECK(call("->", {object, int4_of("0")}) == "NULL");
  CHECK(call("->>", {value_of(jsonb, "[1, 2.50, \"x\"]"), int4_of("1")}) == "2.50");
  CHECK(call("->", {value_of(jsonb, "[1, 2.50, \"x\"]"), int4_of("-1")}) == "\"x\"");
  CHECK(call("->", {value_of(jsonb, "[1]"), int4_of("-2")}) == "NULL");
  CHECK(call("->", {value_of(jsonb, "[1]"), text_of("a")}) == "NULL");
}

TEST_CASE("a jsonb scalar is an array of one, a json scalar is not") {
  CHECK(call("->>", {value_of(jsonb, "\"x\""), int4_of("0")}) == "x");
  CHECK(call("->>", {value_of(jsonb, "\"x\""), int4_of("1")}) == "NULL");
  CHECK(call("->>", {value_of(json, "\"x\""), int4_of("0")}) == "NULL");
}

TEST_CASE("json keeps its text and the last of equal keys wins") {
  CHECK(call("->", {value_of(json, R"({"a": [1 , 2 ] , "a":{ "b":1 } })"), text_of("a")}) ==
        "{ \"b\":1 }");
  CHECK(call("->", {value_of(json, R"({"a": [1 , 2 ]})"), text_of("a")}) == "[1 , 2 ]");
  CHECK(call("->>", {value_of(json, R"({"k\u00e9y":"\ud83d\ude00"})"), text_of("kéy")}) == "😀");
}

TEST_CASE("json that cannot be read as text fails when it is looked into") {
  CHECK(call("->", {value_of(json, R"({"a":"\u0000"})"), text_of("b")}) ==
        "ERROR: unsupported Unicode escape sequence");
  CHECK(call("->", {value_of(json, R"({"a":"\ud800"})"), text_of("b")}) ==
        "ERROR: invalid input syntax for type json");
  CHECK(call("to_jsonb", {value_of(json, R"(["\u0000"])")}) ==
        "ERROR: unsupported Unicode escape sequence");
}

TEST_CASE("kinds, lengths and keys") {
  CHECK(call("jsonb_typeof", {value_of(jsonb, "{}")}) == "object");
  CHECK(call("json_typeof", {value_of(json, " null ")}) == "null");
  CHECK(call("jsonb_typeof", {value_of(jsonb, "-1.5")}) == "number");
  CHECK(call("jsonb_array_length", {value_of(jsonb, "[1, [2, 3]]")}) == "2");
  CHECK(call("json_array_length", {value_of(json, "{}")}) ==
        "ERROR: cannot get array length of a non-array");
  CHECK(call("jsonb_array_length", {value_of(jsonb, "1")}) ==
        "ERROR: cannot get array length of a scalar");
  CHECK(call("?", {value_of(jsonb, "{\"a\": 1}"), text_of("a")}) == "t");
  CHECK(call("?", {value_of(jsonb, "[\"a\", 1]"), text_of("a")}) == "t");
  CHECK(call("?", {value_of(jsonb, "\"a\""), text_of("a")}) == "t");
  CHECK(call("?", {value_of(jsonb, "[1]"), text_of("1")}) == "f");
}

TEST_CASE("json_build_object prints blanks around colons, jsonb_build_object sorts") {
  CHECK(call("json_build_object", {value_of(boolean, "t"), int4_of("1"), numeric_of("2.50"),
                                   value_of(boolean, "f")}) == R"({"true" : 1, "2.50" : false})");
  CHECK(call("jsonb_build_object", {text_of("aa"), float8_of("1e22"), text_of("b"), null_of(text),
                                    text_of("aa"), value_of(timestamp, "2024-01-02 03:04:05")}) ==
        R"({"b": null, "aa": "2024-01-02T03:04:05"})");
  CHECK(call("json_build_object", {text_of("a"), value_of(json, " [1] ")}) == R"({"a" :  [1] })");
  CHECK(call("jsonb_build_object", {}) == "{}");
  CHECK(call("json_build_object", {}) == "{}");
}

TEST_CASE("keys must come in pairs, be scalar and not NULL") {
  CHECK(call("jsonb_build_object", {text_of("a")}) ==
        "ERROR: argument list must have even number of elements");
  CHECK(call("jsonb_build_object", {null_of(text), int4_of("1")}) ==
        "ERROR: argument 1: key must not be null");
  CHECK(call("json_build_object", {text_of("a"), int4_of("1"), null_of(text), int4_of("1")}) ==
        "ERROR: argument 3 cannot be null");
  CHECK(call("json_build_object", {value_of(jsonb, "1"), int4_of("1")}) ==
        "ERROR: key value must be scalar, not array, composite, or json");
}

TEST_CASE("arrays are built of any values") {
  CHECK(call("json_build_array", {int4_of("1"), text_of("a\"b"), null_of(text)}) ==
        R"([1, "a\"b", null])");
  CHECK(call("jsonb_build_array", {value_of(json, " {\"b\":1,\"a\":2} "), float8_of("NaN")}) ==
        R"([{"a": 2, "b": 1}, "NaN"])");
}

TEST_CASE("values become json by their type") {
  CHECK(call("to_json", {numeric_of("1.50")}) == "1.50");
  CHECK(call("to_jsonb", {float8_of("1e22")}) == "10000000000000000000000");
  CHECK(call("to_json", {value_of(bpchar, "ab ")}) == "\"ab \"");
  CHECK(call("to_json", {value_of(timestamptz, "2024-01-02 03:04:05+00")}) ==
        "\"2024-01-02T03:04:05+00:00\"");
  CHECK(call("to_jsonb", {null_of(text)}) == "NULL");
}

TEST_CASE("jsonb values are joined and cut") {
  CHECK(call("||", {value_of(jsonb, R"({"a": 1, "b": 2})"), value_of(jsonb, R"({"b": 3})")}) ==
        R"({"a": 1, "b": 3})");
  CHECK(call("||", {value_of(jsonb, "[1]"), value_of(jsonb, "[2, 3]")}) == "[1, 2, 3]");
  CHECK(call("||", {value_of(jsonb, R"({"a": 1})"), value_of(jsonb, "1")}) == R"([{"a": 1}, 1])");
  CHECK(call("-", {value_of(jsonb, R"({"a": 1, "b": 2})"), text_of("a")}) == R"({"b": 2})");
  CHECK(call("-", {value_of(jsonb, R"(["a", "b", "a"])"), text_of("a")}) == R"(["b"])");
  CHECK(call("-", {value_of(jsonb, "[1, 2, 3]"), int4_of("-1")}) == "[1, 2]");
  CHECK(call("-", {value_of(jsonb, "{}"), int4_of("0")}) ==
        "ERROR: cannot delete from object using integer index");
  CHECK(call("-", {value_of(jsonb, "1"), text_of("a")}) == "ERROR: cannot delete from scalar");
}

TEST_CASE("containment goes by key, by set and by numeric value") {
  const auto contains = [](std::string_view whole, std::string_view part) {
    const std::string right = call("@>", {value_of(jsonb, whole), value_of(jsonb, part)});
    CHECK(call("<@", {value_of(jsonb, part), value_of(jsonb, whole)}) == right);
    return right;
  };
  CHECK(contains(R"({"a": 1, "b": {"c": [1, 2]}})", R"({"b": {"c": [2]}})") == "t");
  CHECK(contains(R"({"a": 1})", R"({"a": 1.00})") == "t");
  CHECK(contains("[1, 2, [3, 4]]", "[[4], 2, 2]") == "t");
  CHECK(contains("[1, [2]]", "[2]") == "f");
  CHECK(contains("[1, 2]", "2") == "t");
  CHECK(contains("2", "[2]") == "f");
  CHECK(contains("[[1], 2]", "[[]]") == "t");
  CHECK(contains("{}", "[]") == "f");
}

TEST_CASE("a path goes through objects by key and arrays by number") {
  const Argument value = value_of(jsonb, R"({"a": [{"b": "x"}, null]})");
  CHECK(call("jsonb_extract_path", {value, text_of("a"), text_of("0")}) == R"({"b": "x"})");
  CHECK(call("jsonb_extract_path_text", {value, text_of("a"), text_of("-2"), text_of("b")}) == "x");
  CHECK(call("jsonb_extract_path_text", {value, text_of("a"), text_of("1")}) == "NULL");
  CHECK(call("jsonb_extract_path", {value, text_of("a"), text_of("x")}) == "NULL");
}

TEST_CASE("nulls are stripped from objects, not from arrays") {
  CHECK(call("json_strip_nulls",
             {value_of(json, R"({"a" : null, "b":[1, null ,{"c":null , "d\u00e9":1.0}]})")}) ==
        R"({"b":[1,null,{"dé":1.0}]})");
  CHECK(call("jsonb_strip_nulls", {value_of(jsonb, R"({"a": null, "b": {"c": null}})")}) ==
        R"({"b": {}})");
}

}  // namespace
}  // namespace deltamill
