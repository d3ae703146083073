// One file of the tree, and what a rule finds in it.
#pragma once

#include <string>
#include <vector>

namespace deltamill::tidy {

struct SourceFile {
  std::string path;  // from the root, with /
  std::string text;
};

// "path:line: what" for each violation.
using Findings = std::vector<std::string>;

}  // namespace deltamill::tidy
