// AT TIME ZONE and date_trunc in a time zone.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "views/functions/function.h"

namespace deltamill {

// Which argument of this function names a time zone; nothing = none does.
[[nodiscard]] std::optional<std::size_t> zone_argument(const Function& function);

// Part of datetime_functions().
[[nodiscard]] std::vector<Function> zone_functions();

}  // namespace deltamill
