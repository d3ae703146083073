// What other casts need of the casts of numbers.
#pragma once

#include "views/functions/function.h"

namespace deltamill {

// Applies the modifier of the result type, numeric(p,s), to a numeric; fails with "numeric field
// overflow".
[[nodiscard]] Value fit_numeric(const Value& value, CallContext& context);

// The code of the cast from numeric to another number kind.
[[nodiscard]] ScalarFunction cast_of_decimal(TypeKind to);

}  // namespace deltamill
