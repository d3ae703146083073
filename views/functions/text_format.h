// Text made of values of any type: concat, concat_ws and format.
#pragma once

#include <vector>

#include "views/functions/function.h"

namespace deltamill {

// Part of text_functions().
[[nodiscard]] std::vector<Function> text_format_functions();

}  // namespace deltamill
