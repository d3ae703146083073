// The files of the source tree: what people wrote, not what was built.
#pragma once

#include <filesystem>
#include <vector>

#include "tests/tidy/source_file.h"

namespace deltamill::tidy {

// Files of the root and of the fixed top directories, by path. Without generated directories.
[[nodiscard]] std::vector<SourceFile> source_tree(const std::filesystem::path& root);

// The top directories, in the order of the flow.
[[nodiscard]] const std::vector<std::string>& top_directories();

}  // namespace deltamill::tidy
