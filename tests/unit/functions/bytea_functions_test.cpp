// Functions of bytea against answers that PostgreSQL 15 gave.
#include <catch2/catch.hpp>

#include "tests/unit/functions/call_text.h"

namespace deltamill {

namespace {

using enum TypeKind;

TEST_CASE("bytea is measured, cut and joined by bytes") {
  CHECK(call("length", {value_of(bytea, "\\x00ff")}) == "2");
  CHECK(call("bit_length", {value_of(bytea, "\\x00ff")}) == "16");
  CHECK(call("bit_count", {value_of(bytea, "\\x00ff03")}) == "10");
  CHECK(call("||", {value_of(bytea, "\\x00"), value_of(bytea, "\\xff")}) == "\\x00ff");
  CHECK(call("substring", {value_of(bytea, "\\x010203"), int4_of("0"), int4_of("3")}) == "\\x0102");
  CHECK(call("substring", {value_of(bytea, "\\x010203"), int4_of("1"), int4_of("-1")}) ==
        "ERROR: negative substring length not allowed");
  CHECK(call("overlay", {value_of(bytea, "\\x010203"), value_of(bytea, "\\xff"), int4_of("2")}) ==
        "\\x01ff03");
  CHECK(call("btrim", {value_of(bytea, "\\x00010200"), value_of(bytea, "\\x00")}) == "\\x0102");
  CHECK(call("position", {value_of(bytea, "\\x010203"), value_of(bytea, "\\x0203")}) == "2");
  CHECK(call("md5", {value_of(bytea, "\\x")}) == "d41d8cd98f00b204e9800998ecf8427e");
}

TEST_CASE("single bytes and bits are checked against the length") {
  CHECK(call("get_byte", {value_of(bytea, "\\x01ff"), int4_of("1")}) == "255");
  CHECK(call("get_byte", {value_of(bytea, "\\x01ff"), int4_of("2")}) ==
        "ERROR: index 2 out of valid range, 0..1");
  CHECK(call("set_byte", {value_of(bytea, "\\x01ff"), int4_of("0"), int4_of("258")}) == "\\x02ff");
  CHECK(call("get_bit", {value_of(bytea, "\\x0180"), int8_of("15")}) == "1");
  CHECK(call("get_bit", {value_of(bytea, "\\x"), int8_of("0")}) ==
        "ERROR: index 0 out of valid range, 0..-1");
}

TEST_CASE("bytes are encoded as hex, base64 in lines, and escapes") {
  CHECK(call("encode", {value_of(bytea, "\\xdeAD"), text_of("HEX")}) == "dead");
  CHECK(call("encode", {value_of(bytea, "\\x6162"), text_of("base64")}) == "YWI=");
  const std::string line(57 * 2, '6');
  CHECK(call("encode", {value_of(bytea, "\\x" + line), text_of("base64")}).size() == 77);
  CHECK(call("encode", {value_of(bytea, "\\x005c61ff"), text_of("escape")}) == "\\000\\\\a\\377");
  CHECK(call("encode", {value_of(bytea, "\\x"), text_of("latin")}) ==
        "ERROR: unrecognized encoding: \"latin\"");
}

TEST_CASE("what is no encoding of bytes is refused") {
  CHECK(call("decode", {text_of("de AD\nbe"), text_of("hex")}) == "\\xdeadbe");
  CHECK(call("decode", {text_of("6"), text_of("hex")}) ==
        "ERROR: invalid hexadecimal data: odd number of digits");
  CHECK(call("decode", {text_of("6é"), text_of("hex")}) ==
        "ERROR: invalid hexadecimal digit: \"é\"");
  CHECK(call("decode", {text_of("YWI="), text_of("base64")}) == "\\x6162");
  CHECK(call("decode", {text_of("YWI"), text_of("base64")}) ==
        "ERROR: invalid base64 end sequence");
  CHECK(call("decode", {text_of("="), text_of("base64")}) ==
        "ERROR: unexpected \"=\" while decoding base64 sequence");
  CHECK(call("decode", {text_of("!"), text_of("base64")}) ==
        "ERROR: invalid symbol \"!\" found while decoding base64 sequence");
  CHECK(call("decode", {text_of("a\\001\\\\"), text_of("escape")}) == "\\x61015c");
  CHECK(call("decode", {text_of("\\400"), text_of("escape")}) ==
        "ERROR: invalid input syntax for type bytea");
}

}  // namespace
}  // namespace deltamill
