// An expression as SQL-like text, for explain: "(qty * price)".
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "views/expressions/expression.h"

namespace deltamill {

// The name that column `ordinal` of input `input` is printed under.
using ColumnNamer = std::function<std::string(std::uint32_t input, std::uint32_t ordinal)>;

[[nodiscard]] std::string to_text(const Expression& expression, const ColumnNamer& name_of);

}  // namespace deltamill
