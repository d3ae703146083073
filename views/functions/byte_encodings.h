// encode and decode: bytes as text in hex, base64 and escape.
#pragma once

#include <vector>

#include "views/functions/function.h"

namespace deltamill {

// Part of bytea_functions().
[[nodiscard]] std::vector<Function> byte_encoding_functions();

}  // namespace deltamill
