// A file as lines, which is how most rules read it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/tidy/source_file.h"

namespace deltamill::tidy {

// Without their ends.
[[nodiscard]] std::vector<std::string_view> lines_of(std::string_view text);

// "path:line: what"; lines count from 0 here and from 1 there.
[[nodiscard]] std::string at(const SourceFile& file, std::size_t line, const std::string& what);

[[nodiscard]] std::string_view without_indent(std::string_view line);
[[nodiscard]] std::size_t indent_of(std::string_view line);

[[nodiscard]] bool starts_with_any(std::string_view text,
                                   std::initializer_list<std::string_view> starts);

}  // namespace deltamill::tidy
