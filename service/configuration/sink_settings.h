// The `sinks` of deltamill.yaml: the declared ones, and what variables of the environment say of
// them. Internal to service/configuration.
#pragma once

#include <string_view>
#include <vector>

#include "service/configuration/environment.h"

namespace deltamill {

// Whether a path is "sinks" or leads below it.
[[nodiscard]] bool is_about_sinks(std::string_view path);

// Why a view cannot name this sink, which is not the sqlite sink.
[[nodiscard]] std::string no_sink(const std::string& name, const Settings& settings);

// `sinks` is the section of the file, which `source` shows; nullptr = it has none. Of the overrides
// only those about sinks are looked at.
void read_sinks(const YamlNode* sinks, YamlSource& source, const std::vector<Override>& overrides,
                Settings& settings, Diagnostics& diagnostics);

}  // namespace deltamill
