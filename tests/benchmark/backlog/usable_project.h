// The project of a benchmark, bound against its source. Nothing can be measured on one with errors.
#pragma once

#include <stdexcept>
#include <string>

#include "service/deployment/resolve.h"

namespace deltamill {

// Throws std::runtime_error with the first error of the project's files.
[[nodiscard]] inline ResolvedProject usable_project(const std::string& directory) {
  ResolvedProject project = resolve_project(directory, process_environment());
  for (const Diagnostic& diagnostic : project.diagnostics)
    if (diagnostic.severity == Severity::error)
      throw std::runtime_error(diagnostic.file + ":" + std::to_string(diagnostic.line) + ": " +
                               diagnostic.message);
  return project;
}

}  // namespace deltamill
