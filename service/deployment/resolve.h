// A project directory against its source: loads the files, reads the catalog, binds, and compares
// each view's result with what PostgreSQL itself describes for the same text.
#pragma once

#include <string>

#include "service/configuration/project.h"
#include "service/deployment/deployment.h"
#include "service/source/session_settings.h"

namespace deltamill {

struct ResolvedProject {
  ProjectFiles files;
  Deployment deployment;
  Diagnostics diagnostics;  // errors and warnings of everything

  [[nodiscard]] bool usable() const { return !has_error(diagnostics); }
};

// Without errors in the files, asks the source. Throws SourceFailed when it cannot be asked.
[[nodiscard]] ResolvedProject resolve_project(const std::string& directory,
                                              const EnvironmentMap& environment);

// The second half, for files that are loaded already.
void resolve_deployment(ResolvedProject& project);

// How this project connects, for SQL sessions.
[[nodiscard]] SessionSettings session_settings(const Settings& settings);

}  // namespace deltamill
