// AND, OR, NOT and the tests of truth with NULLs.
#include <catch2/catch.hpp>

#include "tests/unit/functions/call_text.h"

namespace deltamill {

namespace {

const Argument yes = value_of(TypeKind::boolean, "t");
const Argument no = value_of(TypeKind::boolean, "f");
const Argument unknown = null_of(TypeKind::boolean);

std::string all_of(const std::vector<Argument>& arguments, Expression::Kind kind) {
  Expressions constants;
  for (const Argument& argument : arguments) constants.push_back(constant_of(argument));
  return shown(make_expression(kind, type_of(TypeKind::boolean), std::move(constants)));
}

std::string conjunction(const std::vector<Argument>& arguments) {
  return all_of(arguments, Expression::Kind::all_of);
}

std::string disjunction(const std::vector<Argument>& arguments) {
  return all_of(arguments, Expression::Kind::any_of);
}

}  // namespace

TEST_CASE("AND and OR are three-valued") {
  CHECK(conjunction({yes, yes}) == "t");
  CHECK(conjunction({yes, unknown}) == "NULL");
  CHECK(conjunction({unknown, no}) == "f");
  CHECK(conjunction({no, unknown}) == "f");
  CHECK(conjunction({unknown, yes}) == "NULL");
  CHECK(conjunction({unknown, yes, no}) == "f");
  CHECK(disjunction({no, no}) == "f");
  CHECK(disjunction({no, unknown}) == "NULL");
  CHECK(disjunction({unknown, yes}) == "t");
  CHECK(disjunction({unknown, no, no}) == "NULL");
}

TEST_CASE("NOT of NULL is NULL") {
  CHECK(call("not", {yes}) == "f");
  CHECK(call("not", {no}) == "t");
  CHECK(call("not", {unknown}) == "NULL");
}

TEST_CASE("truth tests are never NULL") {
  CHECK(call("is_true", {unknown}) == "f");
  CHECK(call("is_not_true", {unknown}) == "t");
  CHECK(call("is_false", {no}) == "t");
  CHECK(call("is_not_false", {unknown}) == "t");
  CHECK(call("is_not_false", {no}) == "f");
  CHECK(call("is_unknown", {unknown}) == "t");
  CHECK(call("is_not_unknown", {yes}) == "t");
}

TEST_CASE("num_nulls counts arguments of any type") {
  CHECK(call("num_nulls", {int4_of("1"), null_of(TypeKind::text), unknown}) == "2");
  CHECK(call("num_nonnulls", {int4_of("1"), null_of(TypeKind::text), unknown}) == "1");
}

}  // namespace deltamill
