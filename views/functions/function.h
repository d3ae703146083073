// The table of scalar functions, operators and casts: name, argument types, result, code.
// PostgreSQL's semantics live in the code; which entry a call means is decided by sql/overloads.
// One family per file, listed in function.cpp.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "views/data/arena.h"
#include "views/data/time_zones.h"
#include "views/data/value.h"

namespace deltamill {

// What a function may use during one call. An error makes the row a row in error; the returned
// value is ignored.
struct CallContext {
  Arena& arena;                                     // for results; lives as long as the batch
  const Type& result_type;                          // with the modifier of a cast: numeric(12,2)
  std::span<const Type> argument_types;             // for "any" arguments and enums
  std::string_view error;                           // set by fail()
  const TimeZones* time_zones = &built_in_zones();  // those that arguments may name

  // PostgreSQL's message, e.g. "division by zero". The text must be static or in the arena.
  Value fail(std::string_view message) {
    error = message;
    return Value::null();
  }
};

// Computes one row. For a strict function no argument is NULL.
using ScalarFunction = Value (*)(const Value* arguments, CallContext& context);

enum class FunctionKind : std::uint8_t {
  function,
  operation,        // name is the symbol; one argument = prefix
  implicit_cast,    // one argument; used wherever types differ
  assignment_cast,  // not in expressions without CAST
  explicit_cast,    // only by CAST or ::
};

// Rules for argument types beyond the listed kinds.
enum class Signature : std::uint8_t {
  exact,         // the listed kinds
  variadic,      // the last listed kind repeats, at least once
  variadic_any,  // the listed kinds, then any number of arguments of any type
};

struct Function {
  std::string_view name;                // lower case SQL name or operator symbol; casts: ""
  std::vector<TypeKind> arguments;      // enumeration: any enum, all enum arguments the same one
  TypeKind result = TypeKind::unknown;  // enumeration: that of the arguments
  ScalarFunction call = nullptr;
  FunctionKind kind = FunctionKind::function;
  bool strict = true;  // NULL argument -> NULL result without a call
  Signature signature = Signature::exact;
};

// All functions, operators and casts. The order is fixed; pointers into the span stay valid for the
// whole run.
[[nodiscard]] std::span<const Function> all_functions();

// The cast between two kinds, or nullptr. Casts within one kind that apply a modifier have the same
// source and target.
[[nodiscard]] const Function* find_cast(TypeKind from, TypeKind to);

// The operator of exactly these kinds ("=", int4, int4), or nullptr. A prefix operator has
// `unknown` as its left kind.
[[nodiscard]] const Function* find_operator(std::string_view symbol, TypeKind left, TypeKind right);

// The code of casts that leave the value as it is (varchar to text, int4 to int8): a program skips
// calls of it.
[[nodiscard]] Value relabel(const Value* arguments, CallContext& context);

// Families, in the order of all_functions().
[[nodiscard]] std::vector<Function> comparison_functions();
[[nodiscard]] std::vector<Function>
logic_functions();  // NOT, IS TRUE and kin (function names "is_true" ...)
[[nodiscard]] std::vector<Function> integer_functions();
[[nodiscard]] std::vector<Function> float_functions();
[[nodiscard]] std::vector<Function> numeric_functions();
[[nodiscard]] std::vector<Function> cast_functions();
[[nodiscard]] std::vector<Function> text_functions();
[[nodiscard]] std::vector<Function> pattern_functions();  // LIKE, ILIKE: operators ~~ ~~* !~~ !~~*
[[nodiscard]] std::vector<Function> bytea_functions();
[[nodiscard]] std::vector<Function> datetime_functions();
[[nodiscard]] std::vector<Function> interval_functions();
[[nodiscard]] std::vector<Function> jsonb_functions();

}  // namespace deltamill
