// The request header Prefer: count, wait and handling.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/http/problem.h"

namespace deltamill {

struct Preferences {
  bool count = false;                        // count=exact, planned or estimated
  std::optional<std::chrono::seconds> wait;  // at most 30
  bool strict = false;                       // handling=strict
  std::vector<std::string> applied;          // as the client wrote them, for Preference-Applied

  // How long a request waits for its position.
  [[nodiscard]] std::chrono::seconds patience() const {
    return wait.value_or(std::chrono::seconds(5));
  }
};

// Under handling=strict a preference that is unknown or malformed is refused, otherwise it is
// ignored.
[[nodiscard]] Preferences parse_preferences(std::string_view header);

}  // namespace deltamill
