// What the running service adds to `explain`: how large each operator of the plan is now.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "service/cli/commands.h"

namespace deltamill {

// [{"name","shared","rows","bytes"}] of the service that runs this plan of the view; null when none
// answers or it runs another one.
[[nodiscard]] nlohmann::json live_operators(const CommonOptions& common, const std::string& view,
                                            const std::string& plan);

// The same as lines for people; empty for null.
[[nodiscard]] std::string live_sizes_text(const nlohmann::json& operators);

}  // namespace deltamill
