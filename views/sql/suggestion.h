// "did you mean": the known name nearest to one that is not known.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace deltamill {

// `did you mean "customer_id"?`, or nothing when no candidate is near (a third of the letters may
// differ).
[[nodiscard]] std::string did_you_mean(std::string_view name,
                                       const std::vector<std::string>& candidates);

}  // namespace deltamill
