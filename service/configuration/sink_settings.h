// The `sinks` of deltamill.yaml: the declared ones, and what variables of the environment say of
// them; and what is said of a name that a view gives as one of its sinks.
#pragma once

#include <string_view>
#include <vector>

#include "service/configuration/environment.h"
#include "service/configuration/settings.h"

namespace deltamill {

// Whether a path is "sinks" or leads below it.
[[nodiscard]] bool is_about_sinks(std::string_view path);

// Whether a view can name this sink.
[[nodiscard]] bool can_take_views(const Settings& settings, std::string_view name);

// Why a view cannot name this sink. REQUIRES: !can_take_views(settings, name).
[[nodiscard]] std::string no_sink(const Settings& settings, const std::string& name);

// The hint for one who named such a sink: `use "local"`.
[[nodiscard]] std::string sinks_to_use(const Settings& settings);

// Replaces the default sinks of `settings` by the declared ones of their type. `sinks` is the section
// of the file, which `source` shows; nullptr = it has none. Of the overrides only those about sinks
// are looked at.
void read_sinks(const YamlNode* sinks, YamlSource& source, const std::vector<Override>& overrides,
                Settings& settings, Diagnostics& diagnostics);

}  // namespace deltamill
