// ${VARIABLE} inside scalars, and DELTAMILL_A__B=value in place of the setting a.b.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "service/configuration/yaml_document.h"

namespace deltamill {

// All variables of the environment as name -> value.
using EnvironmentMap = std::map<std::string, std::string>;

// Replaces ${NAME} and ${NAME:-default} in every scalar below `node`, once; $$ is $. Reports unset
// variables.
void expand_variables(YamlNode& node, const EnvironmentMap& environment, YamlSource& source);

// A setting given by the environment.
struct Override {
  std::string variable;  // DELTAMILL_SOURCE__URL
  std::string path;      // source.url
  std::string text;      // YAML
};

// The variable that overrides a setting: source.url gives DELTAMILL_SOURCE__URL.
[[nodiscard]] std::string variable_of(std::string_view path);

// Overrides among the environment's variables: names with `__`, and names of top-level settings.
// The variables that mean something else (DELTAMILL_DIR, DELTAMILL_ADMIN, DELTAMILL_ADMIN_TOKEN)
// are left out.
[[nodiscard]] std::vector<Override> overrides_of(const EnvironmentMap& environment);

}  // namespace deltamill
