// One row of the table per kind.
#include "tests/differential/sql_kind.h"

#include <array>

namespace deltamill {

namespace {

using Literals = std::vector<std::string>;

struct KindFacts {
  const char* name;
  bool prints_one_way;
  bool has_extremes;
  Literals literals;
};

// NOLINTNEXTLINE(readability-function-size): a flat table
const std::array<KindFacts, kind_count>& facts() {
  static const std::array<KindFacts, kind_count> table{{
      {"boolean", true, false, {"true", "false"}},
      {"smallint", true, true, {"-32768", "-1", "0", "1", "2", "3", "7", "32767"}},
      {"integer", true, true, {"-2147483648", "-7", "-1", "0", "1", "2", "3", "5", "2147483647"}},
      {"bigint",
       true,
       true,
       {"-9223372036854775808", "-1", "0", "1", "2", "3", "4294967296", "9223372036854775807"}},
      {"real",
       false,
       true,
       {"'0'", "'-0'", "'1.5'", "'0.1'", "'-2.25'", "'16777217'", "'1e-7'", "'3e10'", "'NaN'",
        "'-Infinity'"}},
      {"double precision",
       false,
       true,
       {"'0'", "'-0'", "'1.5'", "'-2.25'", "'0.1'", "'3'", "'1e15'", "'1e-7'", "'123456.789'",
        "'1e22'", "'NaN'", "'Infinity'", "'-Infinity'"}},
      {"numeric",
       false,
       true,
       {"'1'", "'1.0'", "'1.00'", "'0'", "'0.000'", "'-5.5'", "'2.50'", "'100000000000000000000'",
        "'0.00000001'", "'1234567890123456789.123456789'", "'NaN'", "'Infinity'", "'-3'", "'10'"}},
      {"text",
       true,
       true,
       {"''",
        "'a'",
        "'A'",
        "'ab'",
        "'B'",
        "' a'",
        "'a '",
        "'x%y'",
        "'x_y'",
        "'x\\y'",
        "'it''s'",
        "'say \"x\"'",
        "'Zoë'",
        "'straße'",
        "'ÉCOLE d''été'",
        "E'two\\nlines'",
        "E'\\t\\x01'",
        "'10'",
        "'null'",
        "'😀 wide'",
        "'a b c'",
        "'abcabcabcabcabcabcabcabcabcabcabcabcabc'"}},
      {"varchar",
       true,
       true,
       {"''", "'a'", "'A'", "'ab'", "'a b'", "'é'", "'xyz'", "'a '", "'12'"}},
      {"char", false, true, {"''", "'a'", "'A'", "'ab'", "'a b'", "'é'", "'xyz'", "'a '", "' a'"}},
      {"date",
       true,
       true,
       {"'2024-02-29'", "'2024-01-01'", "'1999-12-31'", "'0044-03-15 BC'", "'2000-06-15'",
        "'1970-01-01'", "'2038-01-19'", "'2024-03-31'"}},
      {"time",
       true,
       true,
       {"'00:00'", "'23:59:59.999999'", "'12:34:56.5'", "'24:00:00'", "'06:00'", "'12:34:56'"}},
      {"timestamp",
       true,
       true,
       {"'2024-02-29 12:00:00'", "'2024-02-29 23:59:59.999999'", "'1970-01-01'",
        "'0001-01-01 00:00:00 BC'", "'1999-12-31 23:59:59.5'", "'2024-03-31 01:30:00'",
        "'2024-02-29 00:00:00'"}},
      {"timestamptz",
       true,
       true,
       {"'2024-02-29 12:00:00+00'", "'2024-02-29 12:00:00+02'", "'2024-03-31 01:30:00+01'",
        "'1970-01-01 00:00:00.000001+00'", "'1999-12-31 23:59:59-08'", "'2024-02-29 10:00:00+00'"}},
      {"interval",
       false,
       true,
       {"'1 mon'", "'30 days'", "'720:00:00'", "'1 day'", "'24:00:00'", "'-1 day +02:03:04.5'",
        "'1 year 2 mons'", "'00:00:00'", "'-5 mons'"}},
      {"uuid",
       true,
       false,
       {"'00000000-0000-0000-0000-000000000000'", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'",
        "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A12'", "'ffffffff-ffff-ffff-ffff-ffffffffffff'",
        "'12345678-1234-1234-1234-123456789abc'"}},
      {"bytea", true, false, {"'\\x'", "'\\x00'", "'\\xdeadbeef'", "'\\x0001ff'", "'\\x61'"}},
      {"mood", true, true, {"'sad'", "'ok'", "'happy'"}},
      {"jsonb",
       false,
       false,
       {"'null'", "'{}'", "'[]'", "'{\"a\":1,\"b\":\"x\"}'", "'{\"a\":1.0}'", "'{\"a\":1.00}'",
        "'{\"a\":{\"b\":[1,2,{\"c\":null}]}}'", "'\"text\"'", "'1.50'", "'1.5'", "'[1,2,3]'",
        "'{\"b\":2,\"a\":null}'", "'true'", "'{\"é\":\"\\u00e9\\n\"}'"}},
  }};
  return table;
}

const KindFacts& of(Kind kind) {
  return facts()[static_cast<std::size_t>(kind)];
}

}  // namespace

std::string name_of(Kind kind) {
  return of(kind).name;
}

std::string column_type(Kind kind, Random& random) {
  switch (kind) {
    case Kind::numeric:
      return random.pick(Literals{"numeric", "numeric(12,2)", "numeric(20,6)", "numeric(5,0)"});
    case Kind::varchar: return random.pick(Literals{"varchar(8)", "varchar(3)", "varchar"});
    case Kind::bpchar: return random.pick(Literals{"char(5)", "char(3)"});
    default: return name_of(kind);
  }
}

bool prints_one_way(Kind kind) {
  return of(kind).prints_one_way;
}

bool is_integer(Kind kind) {
  return kind == Kind::int2 || kind == Kind::int4 || kind == Kind::int8;
}

bool is_character(Kind kind) {
  return kind == Kind::text || kind == Kind::varchar || kind == Kind::bpchar;
}

bool has_extremes(Kind kind) {
  return of(kind).has_extremes;
}

std::string literal(Kind kind, const std::string& type, Random& random) {
  if (kind == Kind::numeric && type != "numeric") {
    static const Literals whole{"'0'", "'1'", "'2'", "'-3'", "'99999'", "'NaN'"};
    static const Literals fraction{"'0'",        "'1.1'", "'1.10'", "'-0.01'",
                                   "'99999.99'", "'2.5'", "'7'"};
    return random.pick(type == "numeric(5,0)" ? whole : fraction);
  }
  return random.pick(of(kind).literals);
}

std::string typed_literal(Kind kind, Random& random) {
  const std::string value = random.pick(of(kind).literals);
  if (kind == Kind::boolean) return value;
  if (kind == Kind::int4 && random.chance(70)) return value[0] == '-' ? "(" + value + ")" : value;
  const std::string type = kind == Kind::bpchar ? "char(5)" : name_of(kind);
  return value[0] == '-' ? "(" + value + ")::" + type : value + "::" + type;
}

Kind any_kind(Random& random) {
  return static_cast<Kind>(random.below(kind_count));
}

}  // namespace deltamill
