// Two multisets of rows, as verify compares them.
#include "service/pipeline/row_comparison.h"

#include <catch2/catch.hpp>

namespace deltamill {

namespace {

Type type_of(TypeKind kind) {
  Type type;
  type.kind = kind;
  return type;
}

const Columns columns = {{"id", type_of(TypeKind::int4), false},
                         {"amount", type_of(TypeKind::numeric), true}};

RowComparison keyed(std::size_t sample_max = 20) {
  return RowComparison(columns, KeyColumns{0}, sample_max);
}

}  // namespace

TEST_CASE("values are equal by PostgreSQL's equality, not by their text") {
  CHECK(same_value(type_of(TypeKind::numeric), "1.0", "1.00"));
  CHECK_FALSE(same_value(type_of(TypeKind::numeric), "1.0", "1.01"));
  CHECK(same_value(type_of(TypeKind::bpchar), "a  ", "a"));
  CHECK(same_value(type_of(TypeKind::interval), "24:00:00", "1 day"));
  CHECK(same_value(type_of(TypeKind::interval), "1 mon -24:00:00", "29 days"));
  CHECK_FALSE(same_value(type_of(TypeKind::interval), "1 mon", "31 days"));
  CHECK_FALSE(same_value(type_of(TypeKind::text), "a ", "a"));
  CHECK(same_value(type_of(TypeKind::float8), "-0", "0"));
}

TEST_CASE("sums of floats may differ in their last digits") {
  CHECK(same_value(type_of(TypeKind::float8), "0.30000000000000004", "0.3"));
  CHECK_FALSE(same_value(type_of(TypeKind::float8), "0.3001", "0.3"));
  CHECK(same_value(type_of(TypeKind::float4), "0.3000001", "0.3"));
  CHECK_FALSE(same_value(type_of(TypeKind::float8), "NaN", "0"));
  CHECK_FALSE(same_value(type_of(TypeKind::float8), "Infinity", "1e308"));
}

TEST_CASE("equal rows in any order are equal") {
  RowComparison comparison = keyed();
  comparison.add_view_row({"1", "5.0"}, 1);
  comparison.add_view_row({"2", std::nullopt}, 1);
  comparison.add_source_row({"2", std::nullopt});
  comparison.add_source_row({"1", "5.00"});
  comparison.finish();
  CHECK(comparison.equal());
  CHECK(comparison.source_rows == 2);
  CHECK(comparison.view_rows == 2);
}

TEST_CASE("missing, unexpected and different rows are told apart by key") {
  RowComparison comparison = keyed();
  comparison.add_view_row({"1", "5"}, 1);
  comparison.add_view_row({"2", "5"}, 1);
  comparison.add_source_row({"1", "6"});
  comparison.add_source_row({"3", "5"});
  comparison.finish();
  CHECK_FALSE(comparison.equal());
  CHECK(comparison.different == 1);
  CHECK(comparison.missing == 1);
  CHECK(comparison.unexpected == 1);
  CHECK(comparison.to_json("0/10") ==
        R"({"frontier":"0/10","source_rows":2,"view_rows":2,"missing":1,"unexpected":1,)"
        R"("different":1,"sample":[)"
        R"({"key":{"id":1},"source":{"id":1,"amount":6},"view":{"id":1,"amount":5}},)"
        R"({"key":{"id":3},"source":{"id":3,"amount":5},"view":null},)"
        R"({"key":{"id":2},"source":null,"view":{"id":2,"amount":5}}]})");
}

TEST_CASE("NULL and a value differ, NULL and NULL do not") {
  RowComparison comparison = keyed();
  comparison.add_view_row({"1", std::nullopt}, 1);
  comparison.add_source_row({"1", "0"});
  comparison.finish();
  CHECK(comparison.different == 1);
}

TEST_CASE("without key rows are compared with their multiplicities") {
  RowComparison comparison(columns, std::nullopt, 20);
  comparison.add_view_row({"1", "5"}, 3);
  comparison.add_source_row({"1", "5.0"});
  comparison.add_source_row({"2", "5"});
  comparison.finish();
  CHECK(comparison.unexpected == 2);
  CHECK(comparison.missing == 1);
}

TEST_CASE("keys that only look joined are kept apart") {
  const Columns texts = {{"a", type_of(TypeKind::text), true},
                         {"b", type_of(TypeKind::text), true}};
  RowComparison comparison(texts, KeyColumns{0, 1}, 20);
  comparison.add_view_row({"x;", "y"}, 1);
  comparison.add_source_row({"x", ";y"});
  comparison.finish();
  CHECK(comparison.missing == 1);
  CHECK(comparison.unexpected == 1);
}

TEST_CASE("the sample is bounded, the counts are not") {
  RowComparison comparison = keyed(1);
  for (const char* const id : {"1", "2", "3"}) comparison.add_source_row({id, "1"});
  comparison.finish();
  CHECK(comparison.missing == 3);
  CHECK(comparison.sample.size() == 1);
}

TEST_CASE("a sample of large rows is kept small, and every difference is counted") {
  const Columns texts = {{"id", type_of(TypeKind::int4), false},
                         {"content", type_of(TypeKind::text), true}};
  RowComparison comparison(texts, KeyColumns{0}, 1000);
  for (int id = 0; id < 100; ++id)
    comparison.add_source_row({std::to_string(id), std::string(100'000, 'x')});
  comparison.finish();
  CHECK(comparison.missing == 100);
  CHECK(comparison.sample.size() == 11);
}

}  // namespace deltamill
