// A project directory: deltamill.yaml and the view files with their header comments.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "service/configuration/environment.h"
#include "service/configuration/settings.h"
#include "service/configuration/view_header.h"
#include "views/sql/view_definition.h"

namespace deltamill {

struct ProjectView {
  ViewSource source;
  ViewHeader header;
};

struct ProjectFiles {
  std::filesystem::path directory;
  bool found = false;    // there is a deltamill.yaml
  bool settled = false;  // the settings are usable, whatever the views are
  Settings settings;
  std::vector<ProjectView> views;  // by name
};

// Loads everything of the directory. All errors of all files go to `diagnostics`; the project is
// usable only if none of them is an error.
[[nodiscard]] ProjectFiles load_project(const std::filesystem::path& directory,
                                        const EnvironmentMap& environment,
                                        Diagnostics& diagnostics);

// The environment of the process.
[[nodiscard]] EnvironmentMap process_environment();

}  // namespace deltamill
