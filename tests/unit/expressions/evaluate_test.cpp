// Programs over batches: order of evaluation, three-valued logic, rows in error.
#include "views/expressions/evaluate.h"

#include <catch2/catch.hpp>

#include "tests/unit/functions/call_text.h"
#include "views/expressions/fold_constants.h"

namespace deltamill {

namespace {

// Rows of int4 columns as the one input of programs.
class Rows {
 public:
  explicit Rows(std::uint32_t width) : layout_(Columns(width, {"c", type_of(TypeKind::int4)})) {}

  void add(const std::vector<std::optional<int>>& fields) {
    std::vector<Value> values;
    for (const std::optional<int>& field : fields)
      values.push_back(field ? Value::of_integer(*field) : Value::null());
    rows_.push_back(pack_row(layout_, values, arena_));
  }
  void add_missing() { rows_.push_back(nullptr); }

  ProgramResults run(const Program& program) {
    ProgramResults results;
    program.run(input(), arena_, results);
    return results;
  }

  std::vector<std::uint32_t> select(const ExpressionPtr& condition) {
    std::vector<std::uint32_t> selected;
    Program(Expressions{condition}).select(input(), arena_, selected, errors);
    return selected;
  }

  std::vector<RowError> errors;

 private:
  InputRows input() {
    begin_ = rows_.data();
    return {rows_.size(), std::span(&begin_, 1), std::span(&layout_pointer_, 1)};
  }

  RowLayout layout_;
  const RowLayout* layout_pointer_ = &layout_;
  const RowBytes* begin_ = nullptr;
  std::vector<RowBytes> rows_;
  Arena arena_;
};

ExpressionPtr column(std::uint32_t ordinal) {
  return make_column(type_of(TypeKind::int4), 0, ordinal);
}

ExpressionPtr integer(int value) {
  return constant_of(int4_of(std::to_string(value)));
}

ExpressionPtr operation(std::string_view symbol, const ExpressionPtr& left,
                        const ExpressionPtr& right) {
  const Function& function = *find_operator(symbol, left->type.kind, right->type.kind);
  return make_call(function, type_of(function.result), {left, right});
}

ExpressionPtr expression(Expression::Kind kind, Expressions arguments) {
  const Type type = arguments.back()->type;
  return make_expression(kind, type, std::move(arguments));
}

// 1 / c0, which is an error where c0 = 0.
ExpressionPtr inverse() {
  return operation("/", integer(1), column(0));
}

}  // namespace

TEST_CASE("a row in error does not touch the others") {
  Rows rows(1);
  for (const int value : {1, 0, 2, 0}) rows.add({value});
  const ProgramResults results = rows.run(Program({inverse(), column(0)}));
  REQUIRE(results.errors.size() == 2);
  CHECK(results.errors[0].row == 1);
  CHECK(results.errors[0].message == "division by zero");
  CHECK(results.errors[1].row == 3);
  CHECK(results.outputs[0][0].integer == 1);
  CHECK(results.outputs[0][2].integer == 0);
  CHECK(results.outputs[1][2].integer == 2);
}

TEST_CASE("the first error of a row is the one reported") {
  Rows rows(1);
  rows.add({0});
  const ExpressionPtr overflow = operation("+", integer(2147483647), integer(1));
  CHECK(rows.run(Program({inverse(), overflow})).errors[0].message == "division by zero");
  const ProgramResults results = rows.run(Program({overflow, inverse()}));
  REQUIRE(results.errors.size() == 1);
  CHECK(results.errors[0].message == "integer out of range");
}

TEST_CASE("AND does not evaluate what follows a false argument") {
  Rows rows(1);
  for (const int value : {0, 1, 2}) rows.add({value});
  const ExpressionPtr guarded =
      expression(Expression::Kind::all_of,
                 {operation("<>", column(0), integer(0)), operation("=", inverse(), integer(1))});
  CHECK(rows.select(guarded) == std::vector<std::uint32_t>{1});
  CHECK(rows.errors.empty());
}

TEST_CASE("AND evaluates what follows an unknown argument") {
  Rows rows(2);
  rows.add({0, std::nullopt});
  const ExpressionPtr unknown_first =
      expression(Expression::Kind::all_of,
                 {operation("=", column(1), integer(0)), operation("=", inverse(), integer(1))});
  CHECK(rows.select(unknown_first).empty());
  CHECK(rows.errors.size() == 1);
}

TEST_CASE("OR does not evaluate what follows a true argument") {
  Rows rows(1);
  for (const int value : {0, 1, 2}) rows.add({value});
  const ExpressionPtr guarded =
      expression(Expression::Kind::any_of,
                 {operation("=", column(0), integer(0)), operation("=", inverse(), integer(1))});
  CHECK(rows.select(guarded) == std::vector<std::uint32_t>{0, 1});
  CHECK(rows.errors.empty());
}

TEST_CASE("CASE evaluates a result only for the rows of its condition") {
  Rows rows(1);
  for (const int value : {0, 4, -1}) rows.add({value});
  rows.add({std::nullopt});
  const ExpressionPtr conditional = expression(
      Expression::Kind::case_when, {operation("=", column(0), integer(0)), integer(100),
                                    operation(">", column(0), integer(0)), inverse(), column(0)});
  const ProgramResults results = rows.run(Program({conditional}));
  CHECK(results.errors.empty());
  CHECK(results.outputs[0][0].integer == 100);
  CHECK(results.outputs[0][1].integer == 0);
  CHECK(results.outputs[0][2].integer == -1);
  CHECK(results.outputs[0][3].is_null());
}

TEST_CASE("an expression under a condition does not stand for the same one outside") {
  Rows rows(1);
  for (const int value : {0, 1}) rows.add({value});
  const ExpressionPtr shared = inverse();
  const ExpressionPtr conditional = expression(
      Expression::Kind::case_when, {operation("=", column(0), integer(0)), integer(7), shared});
  const ProgramResults results = rows.run(Program({conditional, shared}));
  REQUIRE(results.errors.size() == 1);
  CHECK(results.errors[0].row == 0);
  CHECK(results.outputs[0][1].integer == 1);
  CHECK(results.outputs[1][1].integer == 1);
}

TEST_CASE("an error inside a condition leaves the whole expression") {
  Rows rows(1);
  for (const int value : {0, 1}) rows.add({value});
  const ExpressionPtr conditional = expression(
      Expression::Kind::case_when, {operation("=", inverse(), integer(1)), integer(7), integer(8)});
  const ProgramResults results =
      rows.run(Program({operation("+", conditional, integer(2147483640))}));
  REQUIRE(results.errors.size() == 1);
  CHECK(results.errors[0].row == 0);
  CHECK(results.outputs[0][1].integer == 2147483647);
}

TEST_CASE("COALESCE stops at the first value") {
  Rows rows(2);
  rows.add({0, 5});
  rows.add({2, std::nullopt});
  const ExpressionPtr first =
      expression(Expression::Kind::coalesce, {column(1), inverse(), integer(9)});
  const ProgramResults results = rows.run(Program({first}));
  CHECK(results.errors.empty());
  CHECK(results.outputs[0][0].integer == 5);
  CHECK(results.outputs[0][1].integer == 0);
}

TEST_CASE("NULLIF, IS NULL, IS DISTINCT FROM, GREATEST and LEAST") {
  Rows rows(2);
  rows.add({1, 1});
  rows.add({2, std::nullopt});
  rows.add({std::nullopt, std::nullopt});
  rows.add({3, 8});
  const Type boolean = type_of(TypeKind::boolean);
  const Function* const equals = find_operator("=", TypeKind::int4, TypeKind::int4);
  const ProgramResults results = rows.run(Program({
      make_expression(Expression::Kind::nullif, column(0)->type, {column(0), column(1)}, equals),
      make_expression(Expression::Kind::is_null, boolean, {column(1)}),
      make_expression(Expression::Kind::is_distinct, boolean, {column(0), column(1)}),
      expression(Expression::Kind::greatest, {column(0), column(1)}),
      expression(Expression::Kind::least, {column(0), column(1)}),
  }));
  const auto shown_output = [&results](std::size_t output) {
    std::string text;
    for (const Value& value : results.outputs[output])
      text += (value.is_null() ? "-" : std::to_string(value.integer)) + " ";
    return text;
  };
  CHECK(shown_output(0) == "- 2 - 3 ");
  CHECK(shown_output(1) == "0 1 1 0 ");
  CHECK(shown_output(2) == "0 1 0 1 ");
  CHECK(shown_output(3) == "1 2 - 8 ");
  CHECK(shown_output(4) == "1 2 - 3 ");
}

TEST_CASE("a missing row reads as NULL") {
  Rows rows(1);
  rows.add({5});
  rows.add_missing();
  const ProgramResults results = rows.run(Program({operation("+", column(0), integer(1))}));
  CHECK(results.outputs[0][0].integer == 6);
  CHECK(results.outputs[0][1].is_null());
}

TEST_CASE("runs longer than a chunk give every row its own result") {
  Rows rows(1);
  for (int value = 0; value < 5000; ++value) rows.add({value % 2500});
  Program program({operation("*", column(0), integer(3)), inverse(), integer(4)});
  for (int repetition = 0; repetition < 2; ++repetition) {
    const ProgramResults results = rows.run(program);
    REQUIRE(results.errors.size() == 2);
    CHECK(results.errors[0].row == 0);
    CHECK(results.errors[1].row == 2500);
    bool all_right = true;
    for (std::size_t row = 0; row < 5000; ++row) {
      if (row % 2500 == 0) continue;
      all_right = all_right &&
                  results.outputs[0][row].integer == static_cast<std::int64_t>(row % 2500 * 3) &&
                  results.outputs[2][row].integer == 4;
    }
    CHECK(all_right);
  }
  CHECK(rows.select(operation("=", column(0), integer(2000))) ==
        std::vector<std::uint32_t>{2000, 4500});
}

TEST_CASE("an empty run gives nothing") {
  Rows rows(1);
  const ProgramResults results = rows.run(Program({inverse()}));
  CHECK(results.outputs.size() == 1);
  CHECK(results.outputs[0].empty());
  CHECK(results.errors.empty());
}

TEST_CASE("folding computes what has no columns and keeps what raises an error") {
  const ExpressionPtr sum = operation("+", integer(1), integer(2));
  const ExpressionPtr folded = fold_constants(operation("*", column(0), sum));
  CHECK(folded->arguments[1]->kind == Expression::Kind::constant);
  CHECK(folded->arguments[1]->constant.integer == 3);
  const ExpressionPtr failing = operation("/", integer(1), integer(0));
  CHECK(fold_constants(failing) == failing);
  const ExpressionPtr guarded = expression(
      Expression::Kind::all_of,
      {constant_of(value_of(TypeKind::boolean, "f")), operation("=", failing, integer(1))});
  CHECK(shown(fold_constants(guarded)) == "f");
  CHECK(fold_constants(guarded)->kind == Expression::Kind::constant);
}

}  // namespace deltamill
