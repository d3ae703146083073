// Text functions against answers that PostgreSQL 15 gave.
#include <catch2/catch.hpp>

#include "tests/unit/functions/call_text.h"

namespace deltamill {

namespace {

using enum TypeKind;

TEST_CASE("lengths count characters, octets count bytes, char(n) counts no padding") {
  CHECK(call("length", {text_of("日本語")}) == "3");
  CHECK(call("octet_length", {text_of("日本語")}) == "9");
  CHECK(call("bit_length", {text_of("ä")}) == "16");
  CHECK(call("length", {text_of("ab  ")}) == "4");
  CHECK(call("length", {value_of(bpchar, "ab  ")}) == "2");
  CHECK(call("octet_length", {value_of(bpchar, "ab  ")}) == "4");
  CHECK(call("length", {null_of(text)}) == "NULL");
}

TEST_CASE("letter case follows Unicode's simple mappings") {
  CHECK(call("lower", {text_of("ÄÖÜ ΑΣ ДЖ")}) == "äöü ασ дж");
  CHECK(call("upper", {text_of("straße ñ")}) == "STRAßE Ñ");
  CHECK(call("initcap", {text_of("hELLO wORLD-élan x2y")}) == "Hello World-Élan X2y");
}

TEST_CASE("substring takes a window that may begin before the text") {
  CHECK(call("substring", {text_of("äöüß"), int4_of("2")}) == "öüß");
  CHECK(call("substring", {text_of("äöüß"), int4_of("-1"), int4_of("4")}) == "äö");
  CHECK(call("substr", {text_of("abc"), int4_of("-5")}) == "abc");
  CHECK(call("substring", {text_of("abc"), int4_of("0"), int4_of("1")}) == "");
  CHECK(call("substring", {text_of("abc"), int4_of("2"), int4_of("2147483647")}) == "bc");
  CHECK(call("substring", {text_of("abc"), int4_of("1"), int4_of("-1")}) ==
        "ERROR: negative substring length not allowed");
}

TEST_CASE("left and right with a negative count leave out the other end") {
  CHECK(call("left", {text_of("äbc"), int4_of("2")}) == "äb");
  CHECK(call("left", {text_of("äbc"), int4_of("-1")}) == "äb");
  CHECK(call("right", {text_of("abü"), int4_of("2")}) == "bü");
  CHECK(call("right", {text_of("abü"), int4_of("-2")}) == "ü");
  CHECK(call("right", {text_of("abc"), int4_of("-2147483648")}) == "");
}

TEST_CASE("trimming takes a set of characters") {
  CHECK(call("btrim", {text_of("  a b  ")}) == "a b");
  CHECK(call("ltrim", {text_of("xyxax"), text_of("yx")}) == "ax");
  CHECK(call("rtrim", {text_of("aéé"), text_of("é")}) == "a");
  CHECK(call("btrim", {text_of("abc"), text_of("")}) == "abc");
}

TEST_CASE("split_part counts fields from either end") {
  CHECK(call("split_part", {text_of("a,b,,c"), text_of(","), int4_of("2")}) == "b");
  CHECK(call("split_part", {text_of("a,b,,c"), text_of(","), int4_of("-2")}) == "");
  CHECK(call("split_part", {text_of("a,b,,c"), text_of(","), int4_of("-4")}) == "a");
  CHECK(call("split_part", {text_of("a,b,,c"), text_of(","), int4_of("5")}) == "");
  CHECK(call("split_part", {text_of("a,b"), text_of(""), int4_of("-1")}) == "a,b");
  CHECK(call("split_part", {text_of("a"), text_of(","), int4_of("0")}) ==
        "ERROR: field position must not be zero");
}

TEST_CASE("padding counts characters and cuts what is too long") {
  CHECK(call("lpad", {text_of("ä"), int4_of("4"), text_of("xy")}) == "xyxä");
  CHECK(call("rpad", {text_of("abc"), int4_of("2"), text_of("x")}) == "ab");
  CHECK(call("rpad", {text_of("abc"), int4_of("5")}) == "abc  ");
  CHECK(call("lpad", {text_of("abc"), int4_of("5"), text_of("")}) == "abc");
  CHECK(call("lpad", {text_of("abc"), int4_of("2147483647")}) ==
        "ERROR: requested length too large");
}

TEST_CASE("a repetition beyond the size of a value is refused") {
  CHECK(call("repeat", {text_of("ab"), int4_of("3")}) == "ababab");
  CHECK(call("repeat", {text_of("ab"), int4_of("-3")}) == "");
  CHECK(call("repeat", {text_of("ab"), int4_of("2147483647")}) ==
        "ERROR: requested length too large");
}

TEST_CASE("replacing and searching") {
  CHECK(call("replace", {text_of("aXbXX"), text_of("X"), text_of("--")}) == "a--b----");
  CHECK(call("replace", {text_of("abc"), text_of(""), text_of("x")}) == "abc");
  CHECK(call("translate", {text_of("12345"), text_of("143"), text_of("ax")}) == "a2x5");
  CHECK(call("position", {text_of("日本語"), text_of("語")}) == "3");
  CHECK(call("strpos", {text_of("abc"), text_of("")}) == "1");
  CHECK(call("strpos", {text_of("abc"), text_of("x")}) == "0");
  CHECK(call("starts_with", {text_of("abc"), text_of("ab")}) == "t");
  CHECK(call("overlay", {text_of("Txxxxas"), text_of("hom"), int4_of("2"), int4_of("4")}) ==
        "Thomas");
  CHECK(call("overlay", {text_of("abcdef"), text_of("ZZ"), int4_of("3")}) == "abZZef");
  CHECK(call("overlay", {text_of("a"), text_of("b"), int4_of("0")}) ==
        "ERROR: negative substring length not allowed");
  CHECK(call("reverse", {text_of("aä日")}) == "日äa");
}

TEST_CASE("code points and digests") {
  CHECK(call("ascii", {text_of("é")}) == "233");
  CHECK(call("ascii", {text_of("")}) == "0");
  CHECK(call("chr", {int4_of("8364")}) == "€");
  CHECK(call("chr", {int4_of("0")}) == "ERROR: null character not permitted");
  CHECK(call("chr", {int4_of("55296")}) ==
        "ERROR: requested character not valid for encoding: 55296");
  CHECK(call("chr", {int4_of("1114112")}) ==
        "ERROR: requested character too large for encoding: 1114112");
  CHECK(call("to_hex", {int4_of("-1")}) == "ffffffff");
  CHECK(call("to_hex", {int8_of("-1")}) == "ffffffffffffffff");
  CHECK(call("md5", {text_of("")}) == "d41d8cd98f00b204e9800998ecf8427e");
  CHECK(call("md5", {text_of(std::string(56, 'a'))}) == "3b0c8ac703f828b04c6c197006d17218");
  CHECK(call("md5", {text_of(std::string(64, 'a'))}) == "014842d480b571495a4a0363793f7367");
}

TEST_CASE("concat prints by output functions and skips NULL, || does not") {
  CHECK(call("concat", {text_of("a"), null_of(int4), value_of(boolean, "t"), float8_of("1e22")}) ==
        "at1e+22");
  CHECK(call("concat_ws", {text_of("-"), text_of("a"), null_of(text),
                           value_of(date, "2024-01-02")}) == "a-2024-01-02");
  CHECK(call("concat_ws", {null_of(text), text_of("a")}) == "NULL");
  CHECK(call("||", {text_of("ab"), text_of("cd")}) == "abcd");
  CHECK(call("||", {text_of("ab"), null_of(text)}) == "NULL");
}

TEST_CASE("quoting makes literals and identifiers") {
  CHECK(call("quote_literal", {text_of("O'Re\\illy")}) == "E'O''Re\\\\illy'");
  CHECK(call("quote_nullable", {null_of(text)}) == "NULL");
  CHECK(call("quote_ident", {text_of("plain_1")}) == "plain_1");
  CHECK(call("quote_ident", {text_of("select")}) == "\"select\"");
  CHECK(call("quote_ident", {text_of("a\"B")}) == "\"a\"\"B\"");
}

TEST_CASE("format takes positions, widths and the three conversions") {
  CHECK(call("format", {text_of("%s %I %L %%"), int4_of("1"), text_of("user"), text_of("x'y")}) ==
        "1 \"user\" 'x''y' %");
  CHECK(call("format", {text_of("%2$s|%1$-4s|%5s"), text_of("ä"), text_of("b")}) == "b|ä   |    b");
  CHECK(call("format", {text_of("%*s"), int4_of("-3"), text_of("a")}) == "a  ");
  CHECK(call("format", {text_of("%L"), null_of(text)}) == "NULL");
  CHECK(call("format", {text_of("%s %s"), text_of("a")}) ==
        "ERROR: too few arguments for format()");
  CHECK(call("format", {text_of("%x"), text_of("a")}) ==
        "ERROR: unrecognized format() type specifier \"x\"");
  CHECK(call("format", {text_of("%")}) == "ERROR: unterminated format() type specifier");
}

}  // namespace
}  // namespace deltamill
