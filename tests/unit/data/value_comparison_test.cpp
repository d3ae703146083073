// Value equality, order and hash against representations.
#include "views/data/value_comparison.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "tests/unit/data/typed_text.h"
#include "views/data/check.h"

namespace deltamill {

namespace {

// Compares two texts of a type; equal values must have one hash, the order must be antisymmetric.
int compared(const Type& type, std::string_view left, std::string_view right) {
  Arena arena;
  const Value a = value_of(type, left, arena);
  const Value b = value_of(type, right, arena);
  const int order = compare_values(type, a, b);
  CHECK(compare_values(type, b, a) == -order);
  CHECK(not_distinct(type, a, b) == (order == 0));
  if (order == 0) CHECK(hash_value(type, a) == hash_value(type, b));
  return order;
}

int compared(TypeKind kind, std::string_view left, std::string_view right) {
  return compared(type_of(kind), left, right);
}

}  // namespace

TEST_CASE("NaN equals NaN and is greater than infinity", "[value]") {
  CHECK(compared(TypeKind::float8, "NaN", "NaN") == 0);
  CHECK(compared(TypeKind::float8, "NaN", "Infinity") == 1);
  CHECK(compared(TypeKind::float8, "-Infinity", "-1e308") == -1);
  CHECK(compared(TypeKind::numeric, "NaN", "NaN") == 0);
  CHECK(compared(TypeKind::numeric, "NaN", "Infinity") == 1);
  CHECK(compared(TypeKind::numeric, "-Infinity", "-1e1000") == -1);
}

TEST_CASE("negative zero equals zero", "[value]") {
  CHECK(compared(TypeKind::float8, "-0", "0") == 0);
  CHECK(compared(TypeKind::float4, "-0", "0") == 0);
}

TEST_CASE("numerics are equal whatever their scale", "[value]") {
  CHECK(compared(TypeKind::numeric, "1.0", "1.00") == 0);
  CHECK(compared(TypeKind::numeric, "100", "100.000") == 0);
  CHECK(compared(TypeKind::numeric, "0", "0.0000") == 0);
  CHECK(compared(TypeKind::numeric, "-0.50", "-0.5") == 0);
  CHECK(compared(TypeKind::numeric, "1.01", "1.009") == 1);
  CHECK(compared(TypeKind::numeric, "9223372036854775807", "9223372036854775807.0") == 0);
  CHECK(compared(TypeKind::numeric, "9223372036854775808.00", "9223372036854775808") == 0);
  CHECK(compared(TypeKind::numeric, "1e-30", "0") == 1);
}

TEST_CASE("a numeric of few digits has one hash in every form", "[value]") {
  const Type type = type_of(TypeKind::numeric);
  Arena arena;
  const Value plain = value_of(type, "12.5", arena);
  const Value wide = value_of(type, "12.5000000000000000000000000000", arena);
  REQUIRE(wide.form == Value::Form::bytes);
  CHECK(hash_value(type, plain) == hash_value(type, wide));
  const Value lowest = Value::of_decimal(std::numeric_limits<std::int64_t>::min(), 0);
  const Value same = value_of(type, "-9223372036854775808", arena);
  REQUIRE(same.form == Value::Form::bytes);
  CHECK(compare_values(type, lowest, same) == 0);
  CHECK(hash_value(type, lowest) == hash_value(type, same));
}

TEST_CASE("char(n) ignores trailing blanks, text does not", "[value]") {
  CHECK(compared(TypeKind::bpchar, "a  ", "a") == 0);
  CHECK(compared(TypeKind::bpchar, "  ", "") == 0);
  CHECK(compared(TypeKind::text, "a ", "a") == 1);
  CHECK(compared(TypeKind::varchar, "a ", "a") == 1);
}

TEST_CASE("text is ordered by bytes", "[value]") {
  CHECK(compared(TypeKind::text, "B", "a") == -1);
  CHECK(compared(TypeKind::text, "z", "\xc3\xa9") == -1);
  CHECK(compared(TypeKind::text, "ab", "abc") == -1);
  CHECK(compared(TypeKind::text, "", "") == 0);
  CHECK(compared(TypeKind::bytea, "\\xff", "\\x00") == 1);
}

TEST_CASE("intervals are compared by their total", "[value]") {
  CHECK(compared(TypeKind::interval, "1 mon", "30 days") == 0);
  CHECK(compared(TypeKind::interval, "24:00:00", "1 day") == 0);
  CHECK(compared(TypeKind::interval, "1 year", "365 days") == -1);
  CHECK(compared(TypeKind::interval, "178000000 years", "177999999 years") == 1);
}

TEST_CASE("enum labels are ordered as declared", "[value]") {
  auto labels = std::make_shared<EnumType>();
  labels->labels = {"sad", "ok", "happy"};
  Type type = type_of(TypeKind::enumeration);
  type.enumeration = labels;
  CHECK(compared(type, "happy", "sad") == 1);
  CHECK(compared(type, "ok", "ok") == 0);
}

TEST_CASE("NULL is not distinct from NULL only", "[value]") {
  const Type type = type_of(TypeKind::int4);
  CHECK(not_distinct(type, Value::null(), Value::null()));
  CHECK_FALSE(not_distinct(type, Value::null(), Value::of_integer(0)));
  CHECK(hash_value(type, Value::null()) != hash_value(type, Value::of_integer(0)));
}

TEST_CASE("json is never compared by value", "[value]") {
  const Value value = Value::of_bytes("{}");
  CHECK_THROWS_AS(compare_values(type_of(TypeKind::jsonb), value, value), BrokenInvariant);
  CHECK_THROWS_AS(hash_value(type_of(TypeKind::json), value), BrokenInvariant);
}

TEST_CASE("representations of equal values have a total order", "[value]") {
  Arena arena;
  const Type numeric = type_of(TypeKind::numeric);
  CHECK(compare_representations(numeric, value_of(numeric, "1.0", arena),
                                value_of(numeric, "1.00", arena)) == -1);
  CHECK(compare_representations(numeric, value_of(numeric, "2", arena),
                                value_of(numeric, "1.00", arena)) == 1);
  const Type real = type_of(TypeKind::float8);
  CHECK(compare_representations(real, Value::of_real(-0.0), Value::of_real(0.0)) == -1);
  CHECK(compare_representations(real, Value::of_real(std::nan("")),
                                Value::of_real(-std::nan(""))) == 0);
  const Type interval = type_of(TypeKind::interval);
  CHECK(compare_representations(interval, value_of(interval, "1 mon", arena),
                                value_of(interval, "30 days", arena)) != 0);
  const Type json = type_of(TypeKind::json);
  CHECK(compare_representations(json, Value::of_bytes("[1]"), Value::of_bytes("[2]")) == -1);
  CHECK(compare_representations(json, Value::null(), Value::of_bytes("[2]")) == 1);
  CHECK(compare_representations(json, Value::null(), Value::null()) == 0);
}

TEST_CASE("hashes of neighbouring integers differ in their low and high bits", "[value]") {
  const Type type = type_of(TypeKind::int8);
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  for (std::int64_t integer = 0; integer < 64; ++integer) {
    const std::uint64_t hash = hash_value(type, Value::of_integer(integer));
    low |= std::uint64_t{1} << (hash & 63U);
    high |= std::uint64_t{1} << (hash >> 58);
  }
  CHECK(__builtin_popcountll(low) > 30);
  CHECK(__builtin_popcountll(high) > 30);
}

}  // namespace deltamill
