// Expressions as values: equality, folding, columns.
#include "views/expressions/expression.h"

#include <catch2/catch.hpp>

#include "tests/unit/functions/call_text.h"
#include "views/expressions/to_text.h"

namespace deltamill {

namespace {

ExpressionPtr column(std::uint32_t ordinal) {
  return make_column(type_of(TypeKind::int4), 0, ordinal);
}

ExpressionPtr operation(std::string_view symbol, const ExpressionPtr& left,
                        const ExpressionPtr& right) {
  const Function& function = *find_operator(symbol, left->type.kind, right->type.kind);
  return make_call(function, type_of(function.result), {left, right});
}

std::string printed(const ExpressionPtr& expression) {
  return to_text(*expression, [](std::uint32_t /*input*/, std::uint32_t ordinal) {
    return std::string(1, static_cast<char>('a' + ordinal));
  });
}

}  // namespace

TEST_CASE("expressions are equal when their structure is") {
  const ExpressionPtr sum = operation("+", column(0), constant_of(int4_of("1")));
  CHECK(equal(*sum, *operation("+", column(0), constant_of(int4_of("1")))));
  CHECK_FALSE(equal(*sum, *operation("+", column(0), constant_of(int4_of("2")))));
  CHECK_FALSE(equal(*sum, *operation("+", column(1), constant_of(int4_of("1")))));
  CHECK_FALSE(equal(*constant_of(numeric_of("1.0")), *constant_of(numeric_of("1.00"))));
  CHECK(equal(*constant_of(text_of("a")), *constant_of(text_of("a"))));
  CHECK_FALSE(equal(*constant_of(text_of("a")), *constant_of(null_of(TypeKind::text))));
}

TEST_CASE("expressions print like SQL") {
  CHECK(printed(operation("*", column(0), column(1))) == "(a * b)");
  CHECK(printed(constant_of(text_of("it's"))) == "'it''s'");
  CHECK(printed(constant_of(value_of(TypeKind::date, "2024-05-01"))) == "'2024-05-01'::date");
  CHECK(printed(constant_of(null_of(TypeKind::int4))) == "NULL");
  CHECK(printed(make_call(*find_operator("-", TypeKind::unknown, TypeKind::int4),
                          type_of(TypeKind::int4), {column(0)})) == "(- a)");
  CHECK(printed(make_call(*find_cast(TypeKind::int4, TypeKind::numeric), numeric_type(5, 2),
                          {column(0)})) == "a::numeric(5,2)");
  const ExpressionPtr small = operation("<", column(0), constant_of(int4_of("5")));
  CHECK(printed(make_expression(Expression::Kind::case_when, type_of(TypeKind::int4),
                                {small, column(1), constant_of(null_of(TypeKind::int4))})) ==
        "CASE WHEN (a < 5) THEN b ELSE NULL END");
  CHECK(printed(make_expression(Expression::Kind::is_null, type_of(TypeKind::boolean),
                                {column(2)})) == "(c IS NULL)");
  CHECK(printed(make_expression(Expression::Kind::all_of, type_of(TypeKind::boolean),
                                {small, small})) == "((a < 5) AND (a < 5))");
}

TEST_CASE("substituting columns keeps what does not change") {
  const ExpressionPtr sum = operation("+", column(0), column(1));
  const auto same = [](const Expression&, const ExpressionPtr& node) { return node; };
  CHECK(substitute_columns(sum, same) == sum);
  const auto shift = [](const Expression& node, const ExpressionPtr&) {
    return column(node.ordinal + 1);
  };
  CHECK(printed(substitute_columns(sum, shift)) == "(b + c)");
}

}  // namespace deltamill
