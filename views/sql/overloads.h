// PostgreSQL's choice among functions or operators of one name: exact match, then implicit casts,
// then preferred types and the guesses for untyped literals (manual, chapter 10).
#pragma once

#include <span>
#include <vector>

#include "views/functions/function.h"
#include "views/sql/coercion.h"

namespace deltamill {

// Parameter kinds of a candidate. TypeKind::unknown takes a value of any type,
// TypeKind::enumeration any enum.
using ParameterKinds = std::vector<TypeKind>;

struct Choice {
  enum class Outcome : std::uint8_t { found, none, ambiguous };
  Outcome outcome = Outcome::none;
  std::size_t candidate = 0;  // offset among the candidates
};

// REQUIRES: every candidate has as many parameters as there are arguments.
[[nodiscard]] Choice choose_function(std::span<const ParameterKinds> candidates,
                                     std::span<const TypeKind> arguments);

// As above for one or two operands: an untyped literal is first taken to be of the other operand's
// type.
[[nodiscard]] Choice choose_operator(std::span<const ParameterKinds> candidates,
                                     std::span<const TypeKind> arguments);

// The parameters of a function called with `count` arguments, or nothing where it takes another
// number.
[[nodiscard]] std::optional<ParameterKinds> parameters_for(const Function& function,
                                                           std::size_t count);

}  // namespace deltamill
