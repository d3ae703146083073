// Functions of truth values: NOT, the tests IS [NOT] TRUE / FALSE / UNKNOWN, and counting NULLs.
// AND and OR are kinds of expression (evaluate.h), because they decide what is evaluated.
#include "views/functions/function.h"

namespace deltamill {

namespace {

Value negate_truth(const Value* arguments, CallContext& /*context*/) {
  return Value::of_boolean(!arguments[0].boolean());
}

// Whether the argument is `truth`, negated or not; NULL is neither true nor false.
template <bool truth, bool wanted>
Value truth_test(const Value* arguments, CallContext& /*context*/) {
  const bool holds = !arguments[0].is_null() && arguments[0].boolean() == truth;
  return Value::of_boolean(holds == wanted);
}

template <bool wanted>
Value unknown_test(const Value* arguments, CallContext& /*context*/) {
  return Value::of_boolean(arguments[0].is_null() == wanted);
}

template <bool null>
Value count_nulls(const Value* arguments, CallContext& context) {
  std::int64_t count = 0;
  for (std::size_t i = 0; i < context.argument_types.size(); ++i)
    if (arguments[i].is_null() == null) ++count;
  return Value::of_integer(count);
}

Function test(std::string_view name, ScalarFunction call) {
  return {.name = name,
          .arguments = {TypeKind::boolean},
          .result = TypeKind::boolean,
          .call = call,
          .kind = FunctionKind::function,
          .strict = false,
          .signature = Signature::exact};
}

Function counter(std::string_view name, ScalarFunction call) {
  return {.name = name,
          .arguments = {},
          .result = TypeKind::int4,
          .call = call,
          .kind = FunctionKind::function,
          .strict = false,
          .signature = Signature::variadic_any};
}

}  // namespace

std::vector<Function> logic_functions() {
  return {
      {"not", {TypeKind::boolean}, TypeKind::boolean, negate_truth},
      test("is_true", truth_test<true, true>),
      test("is_not_true", truth_test<true, false>),
      test("is_false", truth_test<false, true>),
      test("is_not_false", truth_test<false, false>),
      test("is_unknown", unknown_test<true>),
      test("is_not_unknown", unknown_test<false>),
      counter("num_nulls", count_nulls<true>),
      counter("num_nonnulls", count_nulls<false>),
  };
}

}  // namespace deltamill
