// Parts of a text: cutting, trimming, searching, replacing.
#pragma once

#include <vector>

#include "views/functions/function.h"

namespace deltamill {

// Part of text_functions().
[[nodiscard]] std::vector<Function> text_part_functions();

}  // namespace deltamill
