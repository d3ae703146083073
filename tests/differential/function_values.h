// Values of each type that functions are tried on, as PostgreSQL reads them.
#pragma once

#include <string>
#include <vector>

#include "views/data/type.h"

namespace deltamill {

// Empty for types no function is tried on.
[[nodiscard]] const std::vector<std::string>& values_to_try(TypeKind kind);

}  // namespace deltamill
