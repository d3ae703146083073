// The text of deltamill.yaml, and what variables of the environment say instead, to settings.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "service/configuration/environment.h"
#include "service/configuration/settings.h"
#include "views/sql/diagnostic.h"

namespace deltamill {

// Reads the text of deltamill.yaml with ${VARIABLES} and DELTAMILL_* overrides applied. Every error
// is reported; the result is meaningful only if there is none. `directory` resolves relative paths.
[[nodiscard]] Settings read_settings(const std::string& file, const std::string& text,
                                     const std::filesystem::path& directory,
                                     const EnvironmentMap& environment, Diagnostics& diagnostics);

// The paths of all settings in the order of the reference configuration, which a test compares with
// them: "project", "source.url"...
[[nodiscard]] std::vector<std::string_view> setting_paths();

}  // namespace deltamill
