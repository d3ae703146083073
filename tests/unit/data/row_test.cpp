// The row format: what is packed comes back, and identity is identity of bytes.
#include "views/data/row.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "tests/unit/data/typed_text.h"
#include "views/data/numeric.h"

namespace deltamill {

namespace {

Columns columns_of(const std::vector<TypeKind>& kinds) {
  Columns columns;
  for (const TypeKind kind : kinds) columns.push_back({"c", type_of(kind), true});
  return columns;
}

// Packs the texts (nullptr = NULL) of the columns.
RowBytes row_of(const Columns& columns, const std::vector<const char*>& texts, Arena& arena) {
  std::vector<Value> values;
  for (std::size_t column = 0; column < texts.size(); ++column)
    values.push_back(texts[column] == nullptr
                         ? Value::null()
                         : value_of(columns[column].type, texts[column], arena));
  return pack_row(RowLayout(columns), values, arena);
}

std::string column_text(const Columns& columns, RowBytes row, std::uint32_t column) {
  const Value value = row_value(RowLayout(columns), row, column);
  if (value.is_null()) return "NULL";
  std::string text;
  append_text(columns[column].type, value, text);
  return text;
}

}  // namespace

TEST_CASE("every storage comes back as it was packed", "[row]") {
  const Columns columns =
      columns_of({TypeKind::int8, TypeKind::float8, TypeKind::numeric, TypeKind::text,
                  TypeKind::boolean, TypeKind::uuid, TypeKind::interval, TypeKind::timestamptz});
  const std::vector<const char*> texts{"-9223372036854775808",
                                       "-0",
                                       "-12.340",
                                       "h\xc3\xa9llo",
                                       "t",
                                       "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
                                       "1 mon -3 days +04:05:06.7",
                                       "2024-05-01 12:00:00.5+00"};
  Arena arena;
  const RowBytes row = row_of(columns, texts, arena);
  for (std::uint32_t column = 0; column < texts.size(); ++column)
    CHECK(column_text(columns, row, column) == texts[column]);
}

TEST_CASE("numerics of every size come back with their scale", "[row]") {
  const Columns columns = columns_of({TypeKind::numeric, TypeKind::text});
  for (const char* text : {"0", "0.00", "-1", "36028797018963967", "36028797018963968",
                           "-36028797018963968.5", "9223372036854775807", "9223372036854775808",
                           "-9223372036854775808", "18446744073709551615", "18446744073709551616",
                           "123456789012345678901234567890.123", "NaN", "Infinity", "-Infinity"}) {
    Arena arena;
    const RowBytes row = row_of(columns, {text, "behind"}, arena);
    CHECK(column_text(columns, row, 0) == text);
    CHECK(column_text(columns, row, 1) == "behind");
  }
}

TEST_CASE("a numeric of scale 127 fits the slot, of 128 it does not", "[row]") {
  const RowLayout layout({Storage::numeric});
  Arena arena;
  const Value inside[] = {Value::of_decimal(1, 127)};
  const Value beyond[] = {Value::of_decimal(1, 128)};
  const RowBytes small = pack_row(layout, inside, arena);
  const RowBytes large = pack_row(layout, beyond, arena);
  CHECK(row_size(small) == 16);
  CHECK(row_size(large) == 32);
  CHECK(numeric_scale(row_value(layout, small, 0)) == 127);
  CHECK(numeric_scale(row_value(layout, large, 0)) == 128);
}

TEST_CASE("NULLs are told from zeros in every column of a wide row", "[row]") {
  std::vector<Storage> storages(130, Storage::integer);
  storages[40] = Storage::bytes;
  const RowLayout layout(storages);
  std::vector<Value> values;
  for (std::uint32_t column = 0; column < 130; ++column)
    values.push_back(column % 3 == 0 ? Value::null() : Value::of_integer(column));
  values[40] = Value::of_bytes("wide");
  Arena arena;
  const RowBytes row = pack_row(layout, values, arena);
  CHECK(layout.slots_begin() == 8 + 2 * 8);
  for (std::uint32_t column = 0; column < 130; ++column) {
    CHECK(row_is_null(row, column) == values[column].is_null());
    if (column % 3 != 0 && column != 40) CHECK(row_value(layout, row, column).integer == column);
  }
  CHECK(row_value(layout, row, 40).text() == "wide");
}

TEST_CASE("an empty string is not NULL", "[row]") {
  const RowLayout layout({Storage::bytes, Storage::bytes});
  Arena arena;
  const Value values[] = {Value::of_bytes(""), Value::null()};
  const RowBytes row = pack_row(layout, values, arena);
  CHECK_FALSE(row_value(layout, row, 0).is_null());
  CHECK(row_value(layout, row, 0).text().empty());
  CHECK(row_value(layout, row, 1).is_null());
}

TEST_CASE("rows are identical iff every representation is", "[row]") {
  const Columns columns = columns_of({TypeKind::numeric, TypeKind::text});
  Arena arena;
  const RowBytes row = row_of(columns, {"1.0", "a"}, arena);
  const RowBytes same = row_of(columns, {"1.0", "a"}, arena);
  const RowBytes scaled = row_of(columns, {"1.00", "a"}, arena);
  CHECK(rows_identical(row, same));
  CHECK(row_hash(row) == row_hash(same));
  CHECK(rows_identical(row, copy_row(row, arena)));
  CHECK_FALSE(rows_identical(row, scaled));
  CHECK_FALSE(rows_identical(row, row_of(columns, {"1.0", "b"}, arena)));
  CHECK_FALSE(rows_identical(row, row_of(columns, {"1.0", nullptr}, arena)));
}

TEST_CASE("all NaNs are one representation, the zeros are two", "[row]") {
  const RowLayout layout({Storage::real});
  Arena arena;
  const auto packed = [&](double real) {
    const Value values[] = {Value::of_real(real)};
    return pack_row(layout, values, arena);
  };
  CHECK(rows_identical(packed(std::nan("1")), packed(-std::numeric_limits<double>::quiet_NaN())));
  CHECK_FALSE(rows_identical(packed(0.0), packed(-0.0)));
}

}  // namespace deltamill
