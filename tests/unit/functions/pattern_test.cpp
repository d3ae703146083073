// LIKE and ILIKE against answers that PostgreSQL 15 gave.
#include <catch2/catch.hpp>

#include "tests/unit/functions/call_text.h"

namespace deltamill {

namespace {

using enum TypeKind;

std::string like(const std::string& value, const std::string& pattern) {
  return call("~~", {text_of(value), text_of(pattern)});
}

TEST_CASE("an underscore is one character, a percent sign any run") {
  CHECK(like("日本語", "日_語") == "t");
  CHECK(like("日本語", "日__語") == "f");
  CHECK(like("abcbc", "a%bc") == "t");
  CHECK(like("abcbd", "a%bc") == "f");
  CHECK(like("", "%") == "t");
  CHECK(like("", "_") == "f");
  CHECK(like("ab", "%_%_%") == "t");
  CHECK(like("a", "%_%_%") == "f");
  CHECK(like("mississippi", "m%iss%ip%i") == "t");
  CHECK(call("!~~", {text_of("abc"), text_of("b")}) == "t");
}

TEST_CASE("the escape character makes the next one literal") {
  CHECK(like("50%", "50\\%") == "t");
  CHECK(like("50x", "50\\%") == "f");
  CHECK(like("a_b", "%\\_b") == "t");
  CHECK(like("a\\b", "a\\\\b") == "t");
}

TEST_CASE("a dangling escape fails only where matching reaches it") {
  CHECK(like("ab", "a\\") == "ERROR: LIKE pattern must not end with escape character");
  CHECK(like("ab", "%\\") == "ERROR: LIKE pattern must not end with escape character");
  CHECK(like("xb", "a\\") == "f");
  CHECK(like("", "\\") == "f");
}

TEST_CASE("char(n) is matched with its padding") {
  CHECK(call("~~", {value_of(bpchar, "ab  "), text_of("ab")}) == "f");
  CHECK(call("~~", {value_of(bpchar, "ab  "), text_of("ab__")}) == "t");
}

TEST_CASE("ILIKE ignores case in both") {
  CHECK(call("~~*", {text_of("Straße ÄÖ"), text_of("STRAßE ä_")}) == "t");
  CHECK(call("!~~*", {text_of("ABC"), text_of("%b%")}) == "f");
}

TEST_CASE("bytea is matched byte by byte") {
  CHECK(call("~~", {value_of(bytea, "\\x61ff00"), value_of(bytea, "\\x615f5f")}) == "t");
  CHECK(call("~~", {value_of(bytea, "\\x61ff"), value_of(bytea, "\\x615f5f")}) == "f");
}

TEST_CASE("any one character can be the escape, or none") {
  CHECK(call("like_escape", {text_of("a#%b\\"), text_of("#")}) == "a\\%b\\\\");
  CHECK(call("like_escape", {text_of("a\\%"), text_of("")}) == "a\\\\%");
  CHECK(call("like_escape", {text_of("é%éé"), text_of("é")}) == "\\%\\é");
  CHECK(call("like_escape", {text_of("a"), text_of("xy")}) == "ERROR: invalid escape string");
}

TEST_CASE("many wildcards on a long text end in time") {
  std::string pattern;
  for (int i = 0; i < 50; ++i) pattern += "%a";
  CHECK(like(std::string(5000, 'a') + "b", pattern + "c") == "f");
}

}  // namespace
}  // namespace deltamill
