// Parses Prefer (RFC 7240): tokens joined by commas; what is not understood is ignored, unless the
// client asks to be told.
#include "service/http/preferences.h"

#include <algorithm>
#include <charconv>

#include "views/data/ascii.h"

namespace deltamill {

namespace {

constexpr int wait_seconds_max = 30;

std::optional<std::chrono::seconds> parse_wait(std::string_view digits) {
  unsigned seconds = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return std::chrono::seconds(std::min<unsigned>(seconds, wait_seconds_max));
}

// True = understood.
bool apply(std::string_view token, Preferences& preferences) {
  if (token == "count=exact" || token == "count=planned" || token == "count=estimated") {
    preferences.count = true;
    return true;
  }
  if (token == "handling=strict" || token == "handling=lenient") {
    preferences.strict = token == "handling=strict";
    return true;
  }
  if (token.starts_with("wait=")) {
    const auto wait = parse_wait(token.substr(5));
    if (wait) preferences.wait = wait;
    return wait.has_value();
  }
  return false;
}

}  // namespace

Preferences parse_preferences(std::string_view header) {
  Preferences preferences;
  std::string unknown;
  while (!header.empty()) {
    const std::size_t comma = header.find(',');
    const std::string_view token = without_blanks(header.substr(0, comma));
    header.remove_prefix(comma == std::string_view::npos ? header.size() : comma + 1);
    if (token.empty()) continue;
    if (apply(token, preferences))
      preferences.applied.emplace_back(token);
    else
      unknown += (unknown.empty() ? "" : ", ") + std::string(token);
  }
  if (preferences.strict && !unknown.empty())
    throw Problem(ProblemName::bad_preference, "invalid preferences given with handling=strict",
                  "invalid preferences: " + unknown);
  return preferences;
}

}  // namespace deltamill
