// to_char of timestamps.
#pragma once

#include <vector>

#include "views/functions/function.h"

namespace deltamill {

// Part of datetime_functions().
[[nodiscard]] std::vector<Function> datetime_format_functions();

}  // namespace deltamill
