// Key bytes: their order and equality are PostgreSQL's.
#include "sinks/key_bytes.h"

#include <catch2/catch.hpp>

#include "tests/unit/sinks/sink_fixture.h"

namespace deltamill {

namespace {

std::string key_of(const Column& column, const Field& field) {
  const Columns columns{column};
  RowMaker maker(columns);
  std::string bytes;
  append_row_key(columns, RowLayout(columns), maker.row({field}), std::vector<std::uint32_t>{0},
                 bytes);
  return bytes;
}

// Each of `fields` is less than the next one.
void expect_ascending(const Column& column, const std::vector<Field>& fields) {
  for (std::size_t offset = 1; offset < fields.size(); ++offset) {
    INFO(fields[offset - 1].value_or("NULL") << " < " << fields[offset].value_or("NULL"));
    CHECK(key_of(column, fields[offset - 1]) < key_of(column, fields[offset]));
  }
}

}  // namespace

TEST_CASE("integers, booleans and times are ordered across zero, NULL last") {
  expect_ascending(column("a", TypeKind::int8, true),
                   {"-9223372036854775808", "-1", "0", "1", "9223372036854775807", null});
  expect_ascending(column("a", TypeKind::boolean), {"f", "t"});
  expect_ascending(column("a", TypeKind::date),
                   {"-infinity", "0044-03-15 BC", "1999-12-31", "2024-05-01", "infinity"});
}

TEST_CASE("numerics are ordered by value, whatever their size and scale") {
  expect_ascending(column("a", TypeKind::numeric, true), {"-Infinity",
                                                          "-100000000000000000000000000000001",
                                                          "-100000000000000000000000000000000",
                                                          "-12.5",
                                                          "-12.499",
                                                          "-1",
                                                          "-0.001",
                                                          "0",
                                                          "0.0000000000000000000000000000001",
                                                          "0.001",
                                                          "0.01",
                                                          "0.0101",
                                                          "0.011",
                                                          "0.1",
                                                          "0.12",
                                                          "0.123",
                                                          "0.2",
                                                          "1",
                                                          "9.99",
                                                          "10",
                                                          "10.01",
                                                          "99999999999999999999",
                                                          "100000000000000000000",
                                                          "Infinity",
                                                          "NaN",
                                                          null});
}

TEST_CASE("numerics that are equal have one key, also when stored differently") {
  const Column numeric = column("a", TypeKind::numeric);
  CHECK(key_of(numeric, "1.0") == key_of(numeric, "1.00"));
  CHECK(key_of(numeric, "0") == key_of(numeric, "-0.000"));
  CHECK(key_of(numeric, "100") == key_of(numeric, "100.00000000000000000000000000000"));
  CHECK(key_of(numeric, "-7.5") == key_of(numeric, "-7.500000000000000000000000000"));
}

TEST_CASE("reals are ordered with one zero and one NaN, the greatest") {
  const Column real = column("a", TypeKind::float8);
  expect_ascending(real,
                   {"-Infinity", "-1e300", "-1", "-1e-300", "0", "1e-300", "1", "Infinity", "NaN"});
  CHECK(key_of(real, "-0") == key_of(real, "0"));
}

TEST_CASE("intervals are ordered by their span") {
  const Column interval = column("a", TypeKind::interval);
  expect_ascending(interval, {"-1 year", "-1 day", "00:00:00", "23:59:59", "1 day 00:00:01",
                              "29 days", "1 mon", "31 days"});
  CHECK(key_of(interval, "1 mon") == key_of(interval, "30 days"));
  CHECK(key_of(interval, "1 day") == key_of(interval, "24:00:00"));
}

TEST_CASE("texts are ordered by bytes, and a prefix comes first") {
  expect_ascending(column("a", TypeKind::text), {"", "A", "AB", "B", "a", "\xc3\xa9"});
  const Column padded = column("a", TypeKind::bpchar);
  CHECK(key_of(padded, "a ") == key_of(padded, "a"));
}

TEST_CASE("keys of several columns do not run into each other") {
  const Columns columns{column("a", TypeKind::text), column("b", TypeKind::text)};
  RowMaker maker(columns);
  const auto key = [&](const char* first, const char* second) {
    std::string bytes;
    append_row_key(columns, RowLayout(columns), maker.row({first, second}),
                   std::vector<std::uint32_t>{0, 1}, bytes);
    return bytes;
  };
  CHECK(key("ab", "c") != key("a", "bc"));
  CHECK(key("a", "z") < key("ab", "a"));
}

}  // namespace deltamill
