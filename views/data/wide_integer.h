// The compiler's 128-bit integers under names of ours: intermediate results of decimals, intervals
// and time spans.
#pragma once

#include <cstdint>

namespace deltamill {

__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 UInt128;

}  // namespace deltamill
