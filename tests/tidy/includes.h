// The rules about includes: they go with the flow of the product, and in no circle.
#pragma once

#include <vector>

#include "tests/tidy/source_file.h"

namespace deltamill::tidy {

// A file includes what stands before it in the flow, or beside it; sinks/ of views/ only
// views/data/; nothing but tests/ includes tests/. The flow is a list in includes.cpp.
[[nodiscard]] Findings wrong_includes(const SourceFile& file);

// A header and its source count as one file: each set of files that all reach each other by
// includes is one finding, which names them in order.
[[nodiscard]] Findings include_circles(const std::vector<SourceFile>& files);

}  // namespace deltamill::tidy
